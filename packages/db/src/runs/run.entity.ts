import { defineEntity } from '@mikro-orm/core';
import type { JsonObject, RunStatus } from '@stepledger/contract';
import { integer, json, text, texts, time, uuid } from '../columns.ts';

/** The ledger's head: whoever writes to a run locks this row and takes its next revision. */
export const RunEntity = defineEntity({
  name: 'Run',
  tableName: 'run',
  properties: {
    projectId: uuid().primary(),
    id: uuid().primary(),
    key: text(),
    workflowId: uuid().nullable(),
    workflowVersion: integer().nullable(),
    /** The steps that a strict workflow allows, copied here so that a write checks them under the run's lock. */
    stepNames: texts().nullable(),
    /** JSON text, since a goal is exact. */
    goal: text().nullable(),
    status: text().$type<RunStatus>(),
    revision: integer(),
    createdAt: time(),
    lastAt: time(),
    metadata: json<JsonObject>(),
    finishedRevision: integer().nullable(),
    originRunId: uuid().nullable(),
    forkedAtRevision: integer().nullable(),
  },
});
