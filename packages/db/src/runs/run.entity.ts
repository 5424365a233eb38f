import { defineEntity, p } from '@mikro-orm/core';
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
    /** The `xid` of the newest entry. */
    lastXid: p.string().columnType('xid8').defaultRaw('pg_current_xact_id()'),
    metadata: json<JsonObject>(),
    finishedRevision: integer().nullable(),
    originRunId: uuid().nullable(),
    forkedAtRevision: integer().nullable(),
    /** `lastAt` in minutes since 1970, which PostgreSQL keeps: what runs are ordered by. */
    changedMinute: integer().defaultRaw("floor(extract(epoch FROM last_at AT TIME ZONE 'UTC') / 60)"),
  },
});

/** What a run showed from a revision on, for reads of its past: one row for each revision that changed it. */
export const RunStateEntity = defineEntity({
  name: 'RunState',
  tableName: 'run_state',
  properties: {
    projectId: uuid().primary(),
    runId: uuid().primary(),
    revision: integer().primary(),
    status: text().$type<RunStatus>(),
    /** JSON text. */
    goal: text().nullable(),
    metadata: json<JsonObject>(),
    finishedRevision: integer().nullable(),
  },
});
