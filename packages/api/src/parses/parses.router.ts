import {
  listParsesInput,
  parsePageSchema,
  recordedParseSchema,
  recordParseInput,
} from '@stepledger/contract';
import { procedure } from '../procedure.ts';
import { router } from '../trpc.ts';

export const parsesRouter = router({
  /**
   * Stores one reading of a raw response: parser, outcome and the documents that it gave.
   *
   * All or nothing; an exchange may be read many times. Each document is linked to what the exchange used. NOT_FOUND
   * when the exchange, a blob or the target of a link does not exist, INVALID_STATE when there is no response to read,
   * VERSION_CONFLICT when a document moved, INPUTS_MOVED when one did that it is `basedOn`, CYCLE when documents would
   * depend on themselves. A retry with the same idempotency key is safe.
   */
  record: procedure({
    summary: 'Store one reading of a raw response with its documents.',
    access: 'write',
    errors: ['NOT_FOUND', 'INVALID_STATE', 'VERSION_CONFLICT', 'INPUTS_MOVED', 'CYCLE', 'PURGED'],
  })
    .input(recordParseInput)
    .output(recordedParseSchema)
    .mutation(({ ctx, input }) => ctx.services.parses.record(input)),

  /** Lists parses with the document versions that they made, oldest or newest first: by exchange, run, parser and outcome. */
  list: procedure({
    summary: 'List parses by exchange, run, parser and outcome.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(listParsesInput)
    .output(parsePageSchema)
    .query(({ ctx, input }) => ctx.services.parses.list(input)),
});
