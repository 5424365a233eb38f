import { defineEntity } from '@mikro-orm/core';
import type { JsonObject, WorkflowStep } from '@stepledger/contract';
import { bytes, integer, json, text, time, uuid } from '../columns.ts';

export const WorkflowEntity = defineEntity({
  name: 'Workflow',
  tableName: 'workflow',
  properties: {
    projectId: uuid().primary(),
    id: uuid().primary(),
    name: text(),
    headVersion: integer(),
    createdAt: time(),
  },
});

/** Immutable. */
export const WorkflowVersionEntity = defineEntity({
  name: 'WorkflowVersion',
  tableName: 'workflow_version',
  properties: {
    projectId: uuid().primary(),
    workflowId: uuid().primary(),
    version: integer().primary(),
    steps: json<WorkflowStep[]>(),
    /** JSON text, since a note is exact. */
    note: text().nullable(),
    metadata: json<JsonObject>(),
    contentHash: bytes(),
    at: time(),
  },
});
