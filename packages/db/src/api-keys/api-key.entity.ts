import { defineEntity } from '@mikro-orm/core';
import { bytes, text, time, uuid } from '../columns.ts';

/** What is known of an API key; of the key itself only a SHA-256. */
export const ApiKeyEntity = defineEntity({
  name: 'ApiKey',
  tableName: 'api_key',
  properties: {
    id: uuid().primary(),
    /** Null for an instance key. */
    projectId: uuid().nullable(),
    name: text(),
    hash: bytes(),
    access: text().$type<'read' | 'write' | 'admin'>(),
    createdAt: time(),
    expiresAt: time().nullable(),
    revokedAt: time().nullable(),
  },
});
