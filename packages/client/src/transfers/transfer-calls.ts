import type { Blobs } from '../blobs/blobs.ts';
import type { CallOptions, Features } from '../calls/features.ts';

/** What exports and imports work with, of one project. */
export interface TransferCalls {
  readonly features: Pick<Features, 'transfers' | 'projects'>;
  readonly blobs: Blobs;
  readonly options: CallOptions;
}

/** The calls of the client's own project, and of another one for callers who may see all. */
export interface TransferContext {
  readonly calls: TransferCalls;
  /** @throws INVALID_CONFIG where the client cannot work in another project than its own. */
  openProject(slug: string): TransferCalls;
}
