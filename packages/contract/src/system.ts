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

export const storageSchema = z.strictObject({
  /** Of the whole database, other projects and tables that are not ours included. */
  databaseBytes: z.number().min(0),
  /** The largest first. */
  tables: z.array(
    z.strictObject({
      name: z.string(),
      /** As PostgreSQL last estimated them; null before it first did. */
      estimatedRows: z.number().min(0).nullable(),
      /** With its indexes and with values that are stored beside the rows. */
      bytes: z.number().min(0),
      indexBytes: z.number().min(0),
    }),
  ),
});
/** What the database takes on disk. */
export type Storage = z.infer<typeof storageSchema>;

export interface SystemService {
  health(): Promise<Health>;
  version(): Promise<VersionInfo>;
  stats(): Promise<Stats>;
  storage(): Promise<Storage>;
}
