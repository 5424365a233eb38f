/** The parts of which a client is built, for other ways to a server than HTTP. */
export type { BlobTransport } from './blobs/blob-transport.ts';
export { HTTP_LIMITS, type InlineLimits, LOCAL_LIMITS } from './blobs/move-bodies.ts';
export { invalidConfig } from './errors/client-errors.ts';
export { fromWire } from './errors/to-stepledger-error.ts';
export type { LiveEvent, OpenEvents, Subscribe } from './live/subscribe.ts';
export { withReconnects } from './live/with-reconnects.ts';
export { DEFAULT_TIMEOUT_MS, globalFetch, warnOfFailure } from './options.ts';
export { findRendererFaults } from './prompts/renderer.ts';
export {
  type Contact,
  createRetryPolicy,
  DEFAULT_RETRY,
  type RetryOptions,
  type RetryPolicy,
} from './retries/retry-policy.ts';
export { withRetries } from './retries/with-retries.ts';
export { type FileSpoolOptions, openFileSpool } from './spool/file-spool.ts';
export { createMemorySpool } from './spool/memory-spool.ts';
export type { Delivery, SendCall, Spool, SpooledCall } from './spool/spool.ts';
export { assembleStepledger, type StepledgerParts } from './stepledger.ts';
