import { defineEntity } from '@mikro-orm/core';
import { integer, text, time, uuid } from '../columns.ts';

export const ParseEntity = defineEntity({
  name: 'Parse',
  tableName: 'parse',
  properties: {
    projectId: uuid().primary(),
    id: uuid().primary(),
    runId: uuid(),
    exchangeId: uuid(),
    attempt: integer(),
    parser: text(),
    parserVersion: text(),
    status: text().$type<'completed' | 'failed'>(),
    /** JSON text. */
    error: text().nullable(),
    errorOffset: integer().nullable(),
    revision: integer(),
    at: time(),
    /** The parse that this one is a copy of, in the run that its run was forked from. */
    originId: uuid().nullable(),
  },
});
