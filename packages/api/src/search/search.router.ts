import {
  rebuildSearchInput,
  rebuildSearchSchema,
  searchInput,
  searchPageSchema,
  verifySearchInput,
  verifySearchSchema,
} from '@stepledger/contract';
import { procedure } from '../procedure.ts';
import { router } from '../trpc.ts';

export const searchRouter = router({
  /**
   * Finds documents, prompts and responses by what is in them, right after the write that stored them.
   *
   * Words, "phrases", -not and OR; no text is an error. Order `ranked` compares the newest 200 matches and says so.
   */
  query: procedure({
    summary: 'Find documents, prompts and responses by what is in them.',
    access: 'read',
    errors: [],
  })
    .input(searchInput)
    .output(searchPageSchema)
    .query(({ ctx, input }) => ctx.services.search.query(input)),

  /** Compares the search index with what is stored, page by page, and names what is missing or should not be there. */
  verify: procedure({
    summary: 'Compare the search index with what is stored.',
    access: 'admin',
    errors: [],
  })
    .input(verifySearchInput)
    .output(verifySearchSchema)
    .query(({ ctx, input }) => ctx.services.search.verify(input)),

  /**
   * Indexes the next texts of the project anew, while everybody reads and writes; call again with `nextCursor`.
   *
   * A rebuild that was cut off goes on at its last cursor. A retry with the same idempotency key is safe.
   */
  rebuild: procedure({
    summary: 'Index the next texts of the project anew.',
    access: 'admin',
    errors: [],
  })
    .input(rebuildSearchInput)
    .output(rebuildSearchSchema)
    .mutation(({ ctx, input }) => ctx.services.search.rebuild(input)),
});
