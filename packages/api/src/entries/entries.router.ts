import { entryPageSchema, listEntriesInput } from '@stepledger/contract';
import { procedure } from '../procedure.ts';
import { router } from '../trpc.ts';

export const entriesRouter = router({
  /** Reads a run's ledger from a revision on, oldest first, page by page; NOT_FOUND without the run. */
  list: procedure({
    summary: "Read a run's ledger from a revision on.",
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(listEntriesInput)
    .output(entryPageSchema)
    .query(({ ctx, input }) => ctx.services.entries.list(input)),
});
