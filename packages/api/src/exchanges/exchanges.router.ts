import {
  closedExchangeSchema,
  completeExchangeInput,
  exchangePageSchema,
  exchangeSchema,
  failExchangeInput,
  getExchangeInput,
  listExchangesInput,
  openExchangeInput,
  openedExchangeSchema,
  recordExchangeInput,
  recordedExchangeSchema,
} from '@stepledger/contract';
import { procedure } from '../procedure.ts';
import { router } from '../trpc.ts';

export const exchangesRouter = router({
  /**
   * Stores the messages of a call to an LLM before it is made.
   *
   * The exchange is pending until it is completed or failed, and counts as interrupted once its lease ran out.
   * NOT_FOUND when the run, the prompt or a blob does not exist, UNKNOWN_STEP when the run's workflow has no such
   * step. A retry with the same idempotency key is safe.
   */
  open: procedure({
    summary: 'Store the messages of a call to an LLM before it is made.',
    access: 'write',
    errors: ['NOT_FOUND', 'UNKNOWN_STEP'],
  })
    .input(openExchangeInput)
    .output(openedExchangeSchema)
    .mutation(({ ctx, input }) => ctx.services.exchanges.open(input)),

  /**
   * Stores the raw response of an open exchange, before anything parses it.
   *
   * NOT_FOUND when the exchange or a blob does not exist, INVALID_STATE when it is closed already; the first
   * response is kept. A retry with the same idempotency key is safe.
   */
  complete: procedure({
    summary: 'Store the raw response of an open exchange.',
    access: 'write',
    errors: ['NOT_FOUND', 'INVALID_STATE', 'PURGED'],
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
    errors: ['NOT_FOUND', 'INVALID_STATE', 'PURGED'],
  })
    .input(failExchangeInput)
    .output(closedExchangeSchema)
    .mutation(({ ctx, input }) => ctx.services.exchanges.fail(input)),

  /**
   * Records a whole step in one call: prompt sent, raw response, parse, documents with their links.
   *
   * All or nothing, as one entry of the run's ledger. NOT_FOUND when the run, the prompt, a blob or the target of
   * a link does not exist, UNKNOWN_STEP when the run's workflow has no such step, VERSION_CONFLICT when a document
   * moved. A retry with the same idempotency key is safe.
   */
  record: procedure({
    summary: 'Record prompt, raw response, parse and documents of a step at once.',
    access: 'write',
    errors: ['NOT_FOUND', 'UNKNOWN_STEP', 'VERSION_CONFLICT'],
  })
    .input(recordExchangeInput)
    .output(recordedExchangeSchema)
    .mutation(({ ctx, input }) => ctx.services.exchanges.record(input)),

  /**
   * Reads an exchange with its messages, raw response, attempts and parses.
   *
   * NOT_FOUND when there is none, PURGED when its texts were destroyed.
   */
  get: procedure({
    summary: 'Read an exchange with its messages and raw response.',
    access: 'read',
    errors: ['NOT_FOUND', 'PURGED'],
  })
    .input(getExchangeInput)
    .output(exchangeSchema)
    .query(({ ctx, input }) => ctx.services.exchanges.get(input)),

  /** Lists exchanges without their texts, page by page: of a run, of a step of it, by status. */
  list: procedure({
    summary: 'List exchanges by run, step and status.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(listExchangesInput)
    .output(exchangePageSchema)
    .query(({ ctx, input }) => ctx.services.exchanges.list(input)),
});
