import {
  definedWorkflowSchema,
  defineWorkflowInput,
  getWorkflowInput,
  listWorkflowsInput,
  workflowHistoryInput,
  workflowPageSchema,
  workflowSchema,
} from '@stepledger/contract';
import { procedure } from '../procedure.ts';
import { router } from '../trpc.ts';

export const workflowsRouter = router({
  /**
   * Saves a workflow's steps as its next version, unless the newest one is the same already.
   *
   * Versions never change. Refuses with VERSION_CONFLICT when `expectedVersion` is no longer the newest; nothing
   * is then stored. A retry is safe.
   */
  define: procedure({
    summary: 'Save the next version of a workflow, unless it is the same.',
    access: 'write',
    errors: ['VERSION_CONFLICT'],
  })
    .input(defineWorkflowInput)
    .output(definedWorkflowSchema)
    .mutation(({ ctx, input }) => ctx.services.workflows.define(input)),

  /** Reads one version of a workflow, the newest unless another is named; NOT_FOUND when there is none. */
  get: procedure({
    summary: 'Read one version of a workflow.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(getWorkflowInput)
    .output(workflowSchema)
    .query(({ ctx, input }) => ctx.services.workflows.get(input)),

  /** Lists the workflows of this project at their newest versions, page by page. */
  list: procedure({
    summary: 'List the workflows at their newest versions.',
    access: 'read',
    errors: [],
  })
    .input(listWorkflowsInput)
    .output(workflowPageSchema)
    .query(({ ctx, input }) => ctx.services.workflows.list(input)),

  /** Lists every version of a workflow, page by page; NOT_FOUND when there is none. */
  history: procedure({
    summary: 'List every version of a workflow.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(workflowHistoryInput)
    .output(workflowPageSchema)
    .query(({ ctx, input }) => ctx.services.workflows.history(input)),
});
