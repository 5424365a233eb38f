import { z } from 'zod';

export const API_VERSION = '1';

export const healthSchema = z.strictObject({
  status: z.literal('ok'),
  database: z.strictObject({ reachable: z.boolean(), migrated: z.boolean() }),
});
export type Health = z.infer<typeof healthSchema>;

export const versionInfoSchema = z.strictObject({
  stepledger: z.string(),
  api: z.string(),
  postgres: z.string(),
  /** The newest migration that the database has. */
  schema: z.string(),
});
export type VersionInfo = z.infer<typeof versionInfoSchema>;

export const statsSchema = z.strictObject({
  runs: z.int(),
  steps: z.int(),
  exchanges: z.int(),
  documents: z.int(),
  prompts: z.int(),
  /** Counts above this are given as this: counting on would cost a scan. */
  countedUpTo: z.int(),
});
/** How much the project holds. */
export type Stats = z.infer<typeof statsSchema>;

export interface SystemService {
  health(): Promise<Health>;
  version(): Promise<VersionInfo>;
  stats(): Promise<Stats>;
}
