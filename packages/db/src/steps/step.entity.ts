import { defineEntity } from '@mikro-orm/core';
import type { StepStatus } from '@stepledger/contract';
import { integer, text, time, uuid } from '../columns.ts';

/** Its occurrence among the steps of its name is counted when read: it follows from the order of beginning. */
export const StepEntity = defineEntity({
  name: 'Step',
  tableName: 'step',
  properties: {
    projectId: uuid().primary(),
    id: uuid().primary(),
    runId: uuid(),
    name: text(),
    key: text(),
    parentStepId: uuid().nullable(),
    status: text().$type<StepStatus>(),
    /** JSON text. */
    error: text().nullable(),
    startedRevision: integer(),
    startedAt: time(),
    finishedRevision: integer().nullable(),
    finishedAt: time().nullable(),
    /** The step that this one is a copy of, in the run that its run was forked from. */
    originId: uuid().nullable(),
  },
});

/** What a step showed from a revision on, for reads of the past: one row for each revision that changed it. */
export const StepStateEntity = defineEntity({
  name: 'StepState',
  tableName: 'step_state',
  properties: {
    projectId: uuid().primary(),
    stepId: uuid().primary(),
    revision: integer().primary(),
    status: text().$type<StepStatus>(),
    /** JSON text. */
    error: text().nullable(),
    parentStepId: uuid().nullable(),
    finishedRevision: integer().nullable(),
    finishedAt: time().nullable(),
  },
});
