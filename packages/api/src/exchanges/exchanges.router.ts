import {
  appendExchangeInput,
  appendedExchangeSchema,
  closedExchangeSchema,
  completeExchangeInput,
  exchangeLeaseSchema,
  exchangePageSchema,
  exchangeSchema,
  failExchangeInput,
  findResponseInput,
  foundResponseSchema,
  getExchangeInput,
  heartbeatExchangeInput,
  listExchangesInput,
  openExchangeInput,
  openedExchangeSchema,
  receivedExchangeInput,
  receivedExchangeSchema,
  recordAttemptInput,
  recordExchangeInput,
  recordedAttemptSchema,
  recordedExchangeSchema,
} from '@stepledger/contract';
import { procedure } from '../procedure.ts';
import { router } from '../trpc.ts';

export const exchangesRouter = router({
  /**
   * Stores the messages of a call to an LLM before it is made.
   *
   * The exchange is pending until it is completed or failed, and counts as interrupted once its lease ran out.
   * With a memo key it answers the exchange of the step that holds the key, if there is one, and stores nothing.
   * NOT_FOUND when the run, the prompt, a blob or a version in `uses` does not exist, UNKNOWN_STEP when the run's
   * workflow has no such step, ALREADY_EXISTS when the caller's id is taken. A retry with the same idempotency key is safe.
   */
  open: procedure({
    summary: 'Store the messages of a call to an LLM before it is made.',
    access: 'write',
    errors: ['NOT_FOUND', 'UNKNOWN_STEP', 'ALREADY_EXISTS'],
  })
    .input(openExchangeInput)
    .output(openedExchangeSchema)
    .mutation(({ ctx, input }) => ctx.services.exchanges.open(input)),

  /**
   * Stores bytes of a response that is still arriving, and renews the lease.
   *
   * Takes no revision. NOT_FOUND when the exchange does not exist, INVALID_STATE when it is closed, VERSION_CONFLICT
   * when bytes before `offset` are missing or others are stored there. A retry is safe, also without a key.
   */
  append: procedure({
    summary: 'Store bytes of a response that is still arriving.',
    access: 'write',
    errors: ['NOT_FOUND', 'INVALID_STATE', 'VERSION_CONFLICT', 'PURGED'],
  })
    .input(appendExchangeInput)
    .output(appendedExchangeSchema)
    .mutation(({ ctx, input }) => ctx.services.exchanges.append(input)),

  /**
   * Says that the writer of an open exchange is alive: its lease begins anew.
   *
   * Takes no revision. NOT_FOUND when the exchange does not exist, INVALID_STATE when it is closed.
   */
  heartbeat: procedure({
    summary: 'Renew the lease of an open exchange.',
    access: 'write',
    errors: ['NOT_FOUND', 'INVALID_STATE', 'PURGED'],
  })
    .input(heartbeatExchangeInput)
    .output(exchangeLeaseSchema)
    .mutation(({ ctx, input }) => ctx.services.exchanges.heartbeat(input)),

  /**
   * Stores one finished HTTP attempt of an exchange that is still open, with its bodies.
   *
   * Takes no revision. An attempt that is stored already is kept. NOT_FOUND when the exchange or a blob does not
   * exist, INVALID_STATE when it is closed, VERSION_CONFLICT when fewer bytes were appended than it says.
   */
  attempt: procedure({
    summary: 'Store a finished HTTP attempt of an open exchange.',
    access: 'write',
    errors: ['NOT_FOUND', 'INVALID_STATE', 'VERSION_CONFLICT', 'PURGED'],
  })
    .input(recordAttemptInput)
    .output(recordedAttemptSchema)
    .mutation(({ ctx, input }) => ctx.services.exchanges.attempt(input)),

  /**
   * Stores the raw response of an open exchange, before anything parses it.
   *
   * NOT_FOUND when the exchange or a blob does not exist, INVALID_STATE when it is closed already; the first
   * response is kept, VERSION_CONFLICT when fewer bytes were appended than it says. A retry with the same idempotency key is safe.
   */
  complete: procedure({
    summary: 'Store the raw response of an open exchange.',
    access: 'write',
    errors: ['NOT_FOUND', 'INVALID_STATE', 'VERSION_CONFLICT', 'PURGED'],
  })
    .input(completeExchangeInput)
    .output(closedExchangeSchema)
    .mutation(({ ctx, input }) => ctx.services.exchanges.complete(input)),

  /**
   * Closes an open exchange with its error and what had arrived.
   *
   * NOT_FOUND when the exchange or a blob does not exist, INVALID_STATE when it is closed already. A retry with
   * the same idempotency key is safe.
   */
  fail: procedure({
    summary: 'Close an open exchange with its error.',
    access: 'write',
    errors: ['NOT_FOUND', 'INVALID_STATE', 'VERSION_CONFLICT', 'PURGED'],
  })
    .input(failExchangeInput)
    .output(closedExchangeSchema)
    .mutation(({ ctx, input }) => ctx.services.exchanges.fail(input)),

  /**
   * Records a whole step in one call: prompt sent, raw response, parse, documents with their links.
   *
   * All or nothing, as one entry of the run's ledger. Each document is linked to the versions in `uses`. NOT_FOUND when
   * the run, the prompt, a blob, a version in `uses` or the target of a link does not exist, UNKNOWN_STEP when the run's
   * workflow has no such step, VERSION_CONFLICT when a document moved, INPUTS_MOVED when one did that it is `basedOn`,
   * CYCLE when documents would depend on themselves. A retry with the same idempotency key is safe.
   */
  record: procedure({
    summary: 'Record prompt, raw response, parse and documents of a step at once.',
    access: 'write',
    errors: ['NOT_FOUND', 'UNKNOWN_STEP', 'VERSION_CONFLICT', 'INPUTS_MOVED', 'CYCLE'],
  })
    .input(recordExchangeInput)
    .output(recordedExchangeSchema)
    .mutation(({ ctx, input }) => ctx.services.exchanges.record(input)),

  /**
   * Reads an exchange with its messages, raw response, attempts and parses.
   *
   * Without its prompt or its response, where these are not wished: what is left is small.
   * As of a revision at which it was open it is pending, without response and attempts. NOT_FOUND when there is or was
   * none, PURGED when its texts were destroyed.
   */
  get: procedure({
    summary: 'Read an exchange with its messages and raw response.',
    access: 'read',
    errors: ['NOT_FOUND', 'PURGED'],
  })
    .input(getExchangeInput)
    .output(exchangeSchema)
    .query(({ ctx, input }) => ctx.services.exchanges.get(input)),

  /**
   * Reads what has arrived of the response of an open exchange, up to 1 MiB at a time.
   *
   * NOT_FOUND when there is none, INVALID_STATE once it is closed: then the response is a blob.
   */
  received: procedure({
    summary: 'Read what has arrived of an open exchange.',
    access: 'read',
    errors: ['NOT_FOUND', 'INVALID_STATE', 'PURGED'],
  })
    .input(receivedExchangeInput)
    .output(receivedExchangeSchema)
    .query(({ ctx, input }) => ctx.services.exchanges.received(input)),

  /** Finds the newest answer that a request with exactly this body got, for replaying it. */
  findResponse: procedure({
    summary: 'Find the answer that an equal request got.',
    access: 'read',
    errors: [],
  })
    .input(findResponseInput)
    .output(foundResponseSchema)
    .query(({ ctx, input }) => ctx.services.exchanges.findResponse(input)),

  /**
   * Lists exchanges without their texts, oldest or newest first, page by page: by run, workflow, step, status and last
   * parse.
   */
  list: procedure({
    summary: 'List exchanges by run, workflow, step, status and last parse.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(listExchangesInput)
    .output(exchangePageSchema)
    .query(({ ctx, input }) => ctx.services.exchanges.list(input)),
});
