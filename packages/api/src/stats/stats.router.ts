import { exchangeStatsInput, exchangeStatsSchema } from '@stepledger/contract';
import { procedure } from '../procedure.ts';
import { router } from '../trpc.ts';

export const statsRouter = router({
  /**
   * Sums up exchanges that were opened within a time: how many, how they ended, how they were read, tokens, latency.
   *
   * By step, model, prompt version or day, if wished, and of one run or workflow. What came with a fork is counted in the
   * run that it came from. At most 100,000 exchanges are looked at, the newest; `cutAt` then says which were not.
   * NOT_FOUND when the run does not exist; a workflow that does not has no exchanges.
   */
  exchanges: procedure({
    summary: 'Sum up exchanges by step, model, prompt or day.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(exchangeStatsInput)
    .output(exchangeStatsSchema)
    .query(({ ctx, input }) => ctx.services.stats.exchanges(input)),
});
