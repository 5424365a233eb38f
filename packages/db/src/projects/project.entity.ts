import { defineEntity } from '@mikro-orm/core';
import { text, time, uuid } from '../columns.ts';

/** A tenant; every other row carries its id. */
export const ProjectEntity = defineEntity({
  name: 'Project',
  tableName: 'project',
  properties: { id: uuid().primary(), slug: text(), name: text(), createdAt: time() },
});
