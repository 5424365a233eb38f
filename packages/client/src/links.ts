/** The parts of which a client is built, for other ways to a server than HTTP. */
export type { BlobTransport } from './blobs/blob-transport.ts';
export { HTTP_LIMITS, type InlineLimits, LOCAL_LIMITS } from './blobs/move-bodies.ts';
export { bodiesLink } from './links/bodies.link.ts';
export { deadlineLink } from './links/deadline.link.ts';
export { idempotencyLink } from './links/idempotency.link.ts';
export { DEFAULT_TIMEOUT_MS } from './options.ts';
export { assembleStepledger, type StepledgerParts } from './stepledger.ts';
