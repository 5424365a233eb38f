import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Behaviour } from './behaviour.ts';
import { cutIntoChunks, takeBytes } from './chunking.ts';
import { type AnswerState, type LoggedAnswer, sha256 } from './log.ts';

export interface PreparedAnswer {
  status: number;
  headers: Record<string, string>;
  /** The body, in the parts that its protocol sends at once. */
  parts: Buffer[];
  behaviour: Behaviour;
}

/** Sends an answer as it is told to; each change of the log goes to `onChange`, before a client can know of it. */
export async function sendAnswer(
  response: ServerResponse,
  prepared: PreparedAnswer,
  onChange: (answer: LoggedAnswer) => void,
): Promise<void> {
  const { status, parts, behaviour } = prepared;
  const { cut, chunkDelayMs = 0 } = behaviour;
  const answer = new AnswerInProgress(status, Buffer.concat(parts));
  const change = (state: AnswerState) => {
    answer.state = state;
    onChange(answer);
  };
  const left = new AbortController();
  response.once('close', () => {
    left.abort();
    const isDone = answer.state === 'broken' || (answer.state === 'sent' && response.writableFinished);
    if (!isDone) change('abandoned');
  });

  const writes = toWrites(parts, behaviour);
  response.writeHead(status, toHeaders(prepared, writes));
  response.flushHeaders();
  change('sending');
  try {
    for (const [index, { chunk, bodyBytes }] of writes.entries()) {
      const isLast = index === writes.length - 1;
      answer.advance(bodyBytes);
      if (isLast && cut === undefined) change('sent');
      await write(response, chunk, { signal: left.signal, untilFlushed: isLast });
      if (isLast) break;
      if (chunkDelayMs > 0) await sleep(chunkDelayMs, undefined, { signal: left.signal });
      // A client puts together what arrives in one turn.
      else await nextTurn(undefined, { signal: left.signal });
    }
  } catch (error) {
    // A write may learn that the client is gone before the response does.
    if (left.signal.aborted || isGone(error)) return;
    throw error;
  }
  if (cut?.by === 'hang') change('hanging');
  else if (cut?.by === 'break') {
    change('broken');
    response.destroy();
  } else {
    // A body without a byte has no last one.
    if (answer.state === 'sending') change('sent');
    response.end();
  }
}

function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ECONNRESET' || code === 'EPIPE';
}

interface Write {
  /** What travels. */
  chunk: Buffer;
  /** How much of the body that is. */
  bodyBytes: number;
}

function toWrites(parts: Buffer[], { chunks = 'events', cut, gzip = false }: Behaviour): Write[] {
  const body = Buffer.concat(parts);
  if (gzip) {
    if (cut !== undefined) throw new Error('A compressed answer cannot be cut');
    return [{ chunk: gzipSync(body), bodyBytes: body.length }];
  }
  const limits = { request: 0, middle: Math.floor(body.length / 2), end: body.length };
  const limit = typeof cut?.at === 'number' ? cut.at : limits[cut?.at ?? 'end'];
  return takeBytes(cutIntoChunks(parts, chunks), limit).map((chunk) => ({ chunk, bodyBytes: chunk.length }));
}

/** An answer of one part says its length, as servers do that have it at hand; all others travel chunked. */
function toHeaders({ parts, headers, behaviour }: PreparedAnswer, writes: Write[]): Record<string, string> {
  if (behaviour.gzip) return { ...headers, 'content-encoding': 'gzip' };
  const [part] = parts;
  const isOne = parts.length === 1 && part !== undefined && writes.length === 1;
  return isOne ? { ...headers, 'content-length': `${part.length}` } : headers;
}

/** Writes, and waits where the socket is full: until it drains, or until the system has all of it. */
function write(
  response: ServerResponse,
  chunk: Buffer,
  { signal, untilFlushed }: { signal: AbortSignal; untilFlushed: boolean },
): Promise<unknown> | undefined {
  if (!untilFlushed) return response.write(chunk) ? undefined : once(response, 'drain', { signal });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  signal.addEventListener('abort', reject, { once: true });
  response.write(chunk, (error) => (error ? reject(error) : resolve()));
  return promise;
}

class AnswerInProgress implements LoggedAnswer {
  readonly status: number;
  state: AnswerState = 'sending';
  readonly #whole: Buffer;
  #written = 0;

  constructor(status: number, whole: Buffer) {
    this.status = status;
    this.#whole = whole;
  }

  advance(bytes: number): void {
    this.#written += bytes;
  }

  get body(): Buffer {
    return this.#whole.subarray(0, this.#written);
  }

  get sha256(): string {
    return sha256(this.body);
  }

  get isWhole(): boolean {
    return this.#written === this.#whole.length;
  }
}
