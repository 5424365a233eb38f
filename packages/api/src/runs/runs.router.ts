import {
  changedRunSchema,
  compareRunsInput,
  completeRunInput,
  deletedRunSchema,
  deleteRunInput,
  diffRunsInput,
  forkedRunSchema,
  forkRunInput,
  getRunInput,
  listRunsInput,
  overviewRunsInput,
  runComparisonSchema,
  runDiffSchema,
  runOverviewPageSchema,
  runPageSchema,
  runSchema,
  runsWorkInput,
  runsWorkSchema,
  startedRunSchema,
  startRunInput,
  updateRunInput,
} from '@stepledger/contract';
import { procedure } from '../procedure.ts';
import { router } from '../trpc.ts';

export const runsRouter = router({
  /**
   * Starts a run, or finds the one that has this key already and leaves it unchanged.
   *
   * NOT_FOUND when the workflow that it names does not exist. A retry is safe.
   */
  start: procedure({
    summary: 'Start a run, or find the one with this key.',
    access: 'write',
    errors: ['NOT_FOUND'],
  })
    .input(startRunInput)
    .output(startedRunSchema)
    .mutation(({ ctx, input }) => ctx.services.runs.start(input)),

  /**
   * Reads a run by id or by key, now or as of a revision or time.
   *
   * NOT_FOUND when there is none, or was none then.
   */
  get: procedure({
    summary: 'Read a run by id or by key.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(getRunInput)
    .output(runSchema)
    .query(({ ctx, input }) => ctx.services.runs.get(input)),

  /** Lists the runs of this project, page by page: of one workflow or status, or the forks of one run, if wished. */
  list: procedure({
    summary: 'List runs, by workflow, status and origin.',
    access: 'read',
    errors: [],
  })
    .input(listRunsInput)
    .output(runPageSchema)
    .query(({ ctx, input }) => ctx.services.runs.list(input)),

  /**
   * Lists runs with what each is at and what was done in it, for a table of runs.
   *
   * Newest or oldest first, or those first whose last entry is of the latest minute. Of very large runs only the newest
   * rows are summed up, which `work.cut` says; `runs.work` of these alone tells more. With several filters, or one beside
   * the order by changes, a page may end early; it has then looked at 10,000 runs.
   */
  overview: procedure({
    summary: 'List runs with what was done in each.',
    access: 'read',
    errors: [],
  })
    .input(overviewRunsInput)
    .output(runOverviewPageSchema)
    .query(({ ctx, input }) => ctx.services.runs.overview(input)),

  /**
   * Sums up what was done in up to 100 runs, what came with forks included.
   *
   * Of each table at most 200,000 rows are summed up, shared by the runs that are named: the fewer, the larger ones are
   * summed up whole; `cut` says which were not. NOT_FOUND when one of the runs does not exist.
   */
  work: procedure({
    summary: 'Sum up what was done in runs.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(runsWorkInput)
    .output(runsWorkSchema)
    .query(({ ctx, input }) => ctx.services.runs.work(input)),

  /**
   * Changes a run's goal or metadata.
   *
   * Refuses with VERSION_CONFLICT when the run is no longer at the revision `expectedVersion`; nothing is then
   * stored. NOT_FOUND when there is none. A retry with the same idempotency key is safe.
   */
  update: procedure({
    summary: "Change a run's goal or metadata.",
    access: 'write',
    errors: ['NOT_FOUND', 'VERSION_CONFLICT'],
  })
    .input(updateRunInput)
    .output(changedRunSchema)
    .mutation(({ ctx, input }) => ctx.services.runs.update(input)),

  /**
   * Says how a run ended, or takes a finished one up again with `status: 'running'`.
   *
   * A status, not a seal: the run takes writes as before. NOT_FOUND when there is none. A retry is safe.
   */
  complete: procedure({
    summary: 'Say how a run ended, or take it up again.',
    access: 'write',
    errors: ['NOT_FOUND'],
  })
    .input(completeRunInput)
    .output(changedRunSchema)
    .mutation(({ ctx, input }) => ctx.services.runs.complete(input)),

  /**
   * Tells what differs between two runs, or between two revisions of one: steps, exchanges, documents with patches.
   *
   * Of two runs it also names the first divergence and what caused it. NOT_FOUND when there is no such run, or was none
   * then.
   */
  diff: procedure({
    summary: 'Compare two runs, or two revisions of a run.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(diffRunsInput)
    .output(runDiffSchema)
    .query(({ ctx, input }) => ctx.services.runs.diff(input)),

  /**
   * Makes a run that has the history of another up to a revision, or to the beginning of a step, and goes on from there.
   *
   * What it has of the other run is a copy: other ids, the same revisions, times and texts, shared in storage. The other
   * run is not touched and may go on, be purged or be deleted; the fork keeps what it has, so that a text that must go
   * is to be purged in the forks as well. What was purged before is purged in the fork too. The fork is running, without
   * claims; an exchange that was open is interrupted there. Lists across runs do not show the copies.
   *
   * NOT_FOUND when there is no such run or step, BAD_INPUT for a revision that is still to come, ALREADY_EXISTS when a
   * run has the key. A retry with the same idempotency key is safe.
   */
  fork: procedure({
    summary: 'Make a run that goes on from a revision of another.',
    access: 'write',
    errors: ['NOT_FOUND', 'ALREADY_EXISTS'],
  })
    .input(forkRunInput)
    .output(forkedRunSchema)
    .mutation(({ ctx, input }) => ctx.services.runs.fork(input)),

  /**
   * Puts up to 20 runs side by side: what each came to, and step by step what was done, in numbers.
   *
   * For a fork also what it did itself. NOT_FOUND when one of the runs does not exist.
   */
  compare: procedure({
    summary: 'Put runs side by side, step by step.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(compareRunsInput)
    .output(runComparisonSchema)
    .query(({ ctx, input }) => ctx.services.runs.compare(input)),

  /**
   * Deletes a run with its whole ledger: steps, exchanges, documents, links, entries.
   *
   * There is no way back, so it needs admin access. NOT_FOUND when there is none. A retry with the same
   * idempotency key is safe.
   */
  delete: procedure({
    summary: 'Delete a run with its whole ledger.',
    access: 'admin',
    errors: ['NOT_FOUND'],
  })
    .input(deleteRunInput)
    .output(deletedRunSchema)
    .mutation(({ ctx, input }) => ctx.services.runs.delete(input)),
});
