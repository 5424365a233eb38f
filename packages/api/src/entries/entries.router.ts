import {
  entryPageSchema,
  listEntriesInput,
  liveEntriesSchema,
  subscribeEntriesInput,
} from '@stepledger/contract';
import { procedure } from '../procedure.ts';
import { eventsOf, serveEvents } from '../subscription.ts';
import { router } from '../trpc.ts';

export const entriesRouter = router({
  /** Reads a run's ledger from a revision on, oldest or newest first, page by page; NOT_FOUND without the run. */
  list: procedure({
    summary: "Read a run's ledger from a revision on.",
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(listEntriesInput)
    .output(entryPageSchema)
    .query(({ ctx, input }) => ctx.services.entries.list(input)),

  /**
   * Follows a run, or all runs of the project: the entries that are there from a place on, then each new one.
   *
   * Every entry comes once. Of one run they come in order of revision without gap. Of a project, each run's come in
   * order of revision; runs among each other in an order that is the same for everybody, but not that of time: an entry
   * comes when no transaction that began before its own is open any more.
   *
   * BAD_INPUT also for a cursor of another run, project or database. A subscription that breaks off goes on exactly
   * behind the event that it had last, here or on another server, when it is opened again with that event's id; UNAVAILABLE
   * where a server stops or has too many.
   */
  subscribe: procedure({
    summary: 'Follow the entries of a run, or of all runs of the project.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(subscribeEntriesInput)
    .output(eventsOf(liveEntriesSchema))
    .subscription((call) =>
      serveEvents(liveEntriesSchema, call, (signal) =>
        call.ctx.services.entries.subscribe(call.input, signal),
      ),
    ),
});
