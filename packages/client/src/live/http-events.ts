import { EventSourceParserStream } from 'eventsource-parser/stream';
import { unexpectedAnswer, unreachable } from '../errors/client-errors.ts';
import { fromWire, isRecord, isWireError } from '../errors/to-stepledger-error.ts';
import type { createCheckedFetch } from '../http/checked-fetch.ts';
import type { LiveEvent, OpenEvents } from './subscribe.ts';

/** Until the server has said how long it may be silent, in milliseconds. */
const FIRST_SILENCE_MS = 30_000;

/**
 * Reads subscriptions as tRPC sends them, as server-sent events in the answer to a POST.
 *
 * Not by tRPC's own link, which needs an EventSource: that one sends no headers in browsers, is not there in Node, and
 * takes whatever comes into memory, however slowly it is read.
 */
export function createHttpEvents(options: {
  url: string;
  headers: Record<string, string>;
  fetch: ReturnType<typeof createCheckedFetch>;
}): OpenEvents {
  const { url, headers, fetch } = options;
  return async function* open(path, input, signal): AsyncGenerator<LiveEvent, void, undefined> {
    const silence = openSilence(url, signal);
    try {
      const response = await silence.during(
        fetch(`${url}/trpc/${path}`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json', accept: 'text/event-stream' },
          body: JSON.stringify(input),
          signal: silence.signal,
        }),
      );
      const { body, status } = response;
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
      if (!isStream || body === null) throw toFailure({ url, status }, errorIn(await response.json()));
      const reader = body
        .pipeThrough(new TextDecoderStream())
        .pipeThrough(new EventSourceParserStream())
        .getReader();
      while (true) {
        const { done, value } = await silence.during(reader.read());
        if (done) throw unreachable(url, new Error('The server ended the stream'));
        const { event, id, data } = value;
        if (event === 'return') return;
        if (event === 'connected') silence.allow(JSON.parse(data));
        if (event === 'serialized-error') throw toFailure({ url, status }, JSON.parse(data));
        if (event === undefined && id !== undefined) yield { id, data: JSON.parse(data) };
      }
    } finally {
      // Also when the reader stops in the middle: the server is told by the connection.
      silence.close();
    }
  };
}

/** What is refused before a stream begins comes as the answer to a query would. */
function errorIn(answer: unknown): unknown {
  return isRecord(answer) ? answer['error'] : undefined;
}

function toFailure(answer: { url: string; status: number }, shape: unknown): Error {
  const data = isRecord(shape) && isRecord(shape['data']) ? shape['data'] : {};
  const wire = data['ledger'];
  if (isWireError(wire)) return fromWire(wire);
  return unexpectedAnswer(answer, 'Is it another server that speaks tRPC?');
}

/** Breaks a stream off in which nothing comes any more, not even the pings of the server, while it is waited for. */
function openSilence(url: string, caller: AbortSignal) {
  const controller = new AbortController();
  const onAbort = () => controller.abort(caller.reason);
  caller.addEventListener('abort', onAbort, { once: true });
  if (caller.aborted) onAbort();
  let longestMs = FIRST_SILENCE_MS;
  return {
    signal: controller.signal,
    /** Takes the time that the server tells at the beginning of a stream. */
    allow(told: unknown) {
      const ms = isRecord(told) ? told['reconnectAfterInactivityMs'] : undefined;
      if (typeof ms === 'number' && ms > 0) longestMs = ms;
    },
    async during<Result>(promise: Promise<Result>): Promise<Result> {
      const isSilent = () =>
        controller.abort(unreachable(url, new Error(`Nothing came for ${longestMs} ms`)));
      const timer = setTimeout(isSilent, longestMs);
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
      }
    },
    close() {
      caller.removeEventListener('abort', onAbort);
      controller.abort();
    },
  };
}
