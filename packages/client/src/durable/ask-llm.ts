import type { FetchFunction } from '../http/checked-fetch.ts';
import type { MessageInput } from '../prompts/resolve-prompt.ts';
import type { CapturedAttempt } from '../recording/attempt.ts';
import { captureAttempt } from '../recording/capture-attempt.ts';
import type { ExchangeWriter } from '../recording/exchange-writer.ts';
import { findProtocol } from '../recording/protocols/find-protocol.ts';
import { readRequest } from '../recording/read-request.ts';
import { toSafeUrl } from '../recording/safe-url.ts';
import { pause } from '../recording/timers.ts';

/** An answer that could not be read, for the call that asks again. */
export interface UnreadAnswer {
  raw: string;
  /** What the parser said. */
  error: string;
  /** Where in the answer, if the parser said so. */
  offset: number | null;
}

/** What `call` gets. */
export interface CallContext {
  /** The rendered messages: what is stored, and what is to be sent. */
  messages: readonly (MessageInput & { content: string })[];
  /** A fetch for an SDK: it keeps every HTTP attempt with its exact bodies in this exchange. */
  fetch: FetchFunction;
  /** Fires when the caller aborts or the time is up. */
  signal: AbortSignal;
  exchangeId: string;
  /** 1, and one more each time an answer could not be read. */
  attempt: number;
  /** The answer before, which could not be read; null in the first attempt. */
  previous: UnreadAnswer | null;
}

/** Asks the LLM and answers its raw response as text, whole or piece by piece. */
export type CallLlm = (context: CallContext) => string | Promise<string> | AsyncIterable<string>;

/** The fetch of one call within `execute`, and the wait for what went through it. */
export interface BoundFetch {
  fetch: FetchFunction;
  /** Whether anything went through it: then the bytes that are streamed to the ledger are those of HTTP. */
  readonly used: boolean;
  /** Waits until every attempt has ended and is with the writer, for 3 s at most: one may have been left alone. */
  settle(): Promise<void>;
}

const SETTLE_MS = 3_000;

/** Binds a fetch to an exchange that is open already. */
export function bindFetch(writer: ExchangeWriter, llmFetch: FetchFunction): BoundFetch {
  const running: Promise<void>[] = [];
  let attempts = 0;
  return {
    async fetch(input, init) {
      const request = await readRequest(input, init);
      const { body } = request;
      if (body === null) return llmFetch(request.input, request.init);
      attempts += 1;
      const attempt = attempts;
      const captured: CapturedAttempt = captureAttempt({
        fetch: llmFetch,
        input: request.input,
        init: request.init,
        protocol: findProtocol(request.url),
        onBytes: (bytes) => writer.append(attempt, bytes),
      });
      const url = toSafeUrl(request.url);
      running.push(
        captured.ended.then((outcome) =>
          writer.attempt({ attempt, url, request: body, outcome }, { last: outcome.status === 'completed' }),
        ),
      );
      return captured.response;
    },
    get used() {
      return attempts > 0;
    },
    async settle() {
      const settled = new AbortController();
      await Promise.race([Promise.all(running), pause(SETTLE_MS, settled.signal)]);
      settled.abort();
    },
  };
}

/** Gathers the answer of a call; what arrives piece by piece is streamed to the ledger, unless its HTTP bytes are. */
export async function collectAnswer(
  answer: ReturnType<CallLlm>,
  { writer, bound, signal }: { writer: ExchangeWriter; bound: BoundFetch; signal: AbortSignal },
): Promise<string> {
  if (typeof answer === 'string') return answer;
  if (!(Symbol.asyncIterator in answer)) return unlessAborted(answer, signal);
  const encoder = new TextEncoder();
  const pieces: string[] = [];
  const iterator = answer[Symbol.asyncIterator]();
  try {
    while (true) {
      const next = await unlessAborted(iterator.next(), signal);
      if (next.done) return pieces.join('');
      pieces.push(next.value);
      if (!bound.used) writer.append(1, encoder.encode(next.value));
    }
  } catch (error) {
    // Lets the source go; it may itself be waiting for ever, so nobody waits for it.
    Promise.resolve(iterator.return?.()).catch(() => undefined);
    throw error;
  }
}

/** A call that does not listen to its signal is left alone once it fires. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
