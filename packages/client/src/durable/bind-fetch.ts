import { LIMITS, toSafeUrl } from '@stepledger/contract';
import type { FetchFunction } from '../http/checked-fetch.ts';
import { captureAttempt } from '../recording/capture-attempt.ts';
import type { ExchangeWriter } from '../recording/exchange-writer.ts';
import { findProtocol } from '../recording/protocols/find-protocol.ts';
import { readRequest } from '../recording/read-request.ts';
import type { Recorder } from '../recording/recorder.ts';
import { within } from '../recording/timers.ts';
import { createPieceEncoder } from './piece-encoder.ts';

/** The fetch of one call within `execute`, and the wait for what went through it. */
export interface BoundFetch {
  fetch: FetchFunction;
  /** Whether anything went through it. */
  readonly isUsed: boolean;
  /** Streams a piece of the answer to the ledger, unless HTTP is used: then its bytes are what is streamed. */
  streamPiece(piece: string): void;
  /** Waits until every attempt has ended and is with the writer, for 3 s at most: one may have been left alone. */
  settle(): Promise<void>;
}

const SETTLE_MS = 3_000;
const TOO_MANY = `Only the first ${LIMITS.maxAttempts} requests of a call are recorded`;

/** Binds a fetch to an exchange that is open already. */
export function bindFetch(
  writer: ExchangeWriter,
  { recorder, llmFetch }: { recorder: Recorder; llmFetch: FetchFunction },
): BoundFetch {
  const running: Promise<void>[] = [];
  const { exchangeId } = writer;
  // Pieces that come before any request are streamed as attempt 1, which then is none of HTTP.
  let hasPieces = false;
  const encodePiece = createPieceEncoder((bytes) => writer.append(1, bytes));
  return {
    async fetch(input, init) {
      const { body, unrecorded, url, ...request } = await readRequest(input, init);
      const attempt = running.length + (hasPieces ? 2 : 1);
      const reason = body !== null && attempt > LIMITS.maxAttempts ? TOO_MANY : unrecorded;
      if (reason !== null) recorder.report({ exchangeId, path: 'exchanges.attempt', reason });
      if (body === null || reason !== null) return llmFetch(request.input, request.init);

      if (running.length > 0) void writer.storeAttempts();
      const captured = captureAttempt({
        fetch: llmFetch,
        input: request.input,
        init: request.init,
        protocol: findProtocol(url),
        onBytes: (bytes) => writer.append(attempt, bytes),
      });
      running.push(
        captured.ended.then((outcome) => {
          const ended = { attempt, url: toSafeUrl(url), request: body, outcome };
          return writer.attempt(ended, { last: outcome.status === 'completed' });
        }),
      );
      return captured.response;
    },
    get isUsed() {
      return running.length > 0;
    },
    streamPiece(piece) {
      if (running.length > 0) return;
      hasPieces = true;
      encodePiece(piece);
    },
    settle: () => within(Promise.all(running), SETTLE_MS),
  };
}
