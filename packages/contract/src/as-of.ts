import { z } from 'zod';
import { timeSchema } from './common.ts';

/**
 * A point in a run's past: after a revision, or after everything that was written up to a time.
 *
 * Times are of milliseconds, as entries show them: what an entry's own `at` names includes that entry. A time in the
 * future is the newest revision. A run does not exist as of revision 0, nor before the time of its first entry.
 */
export const asOfSchema = z.union([
  z.strictObject({ revision: z.int().min(0).max(2_147_483_647) }),
  z.strictObject({ time: timeSchema }),
]);
export type AsOf = z.infer<typeof asOfSchema>;

/** The field of every read of one run. */
export const asOfInput = {
  /** Answers what stood then, deleted and restored documents included; only what was purged is gone also there. */
  asOf: asOfSchema.optional(),
};

interface MaybeAsOf {
  asOf?: AsOf | undefined;
  runId?: string | undefined;
}

/** A check of lists that also go across runs, whose revisions have nothing to do with each other. */
export const asOfNeedsRun: [(input: MaybeAsOf) => boolean, { path: string[]; message: string }] = [
  ({ asOf, runId }) => asOf === undefined || runId !== undefined,
  { path: ['asOf'], message: 'needs runId' },
];
