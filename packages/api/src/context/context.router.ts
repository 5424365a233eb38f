import { buildContextInput, builtContextSchema } from '@stepledger/contract';
import { procedure } from '../procedure.ts';
import { router } from '../trpc.ts';

export const contextRouter = router({
  /**
   * Chooses, orders and cuts documents of a run for the next prompt, within a budget of tokens. It stores nothing.
   *
   * Pins come first, then what they and the step are linked to, what the step wrote, and the newest. A document that does
   * not fit whole is cut at the end of a line. The manifest accounts for each document that was looked at. NOT_FOUND
   * without the run or a pinned version.
   */
  build: procedure({
    summary: 'Choose, order and cut documents for the next prompt.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(buildContextInput)
    .output(builtContextSchema)
    .query(({ ctx, input }) => ctx.services.context.build(input)),
});
