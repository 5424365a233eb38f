import { ledgerError } from '../errors/client-errors.ts';
import type { FetchFunction } from '../http/checked-fetch.ts';
import type { MessageInput } from '../prompts/resolve-prompt.ts';
import { unlessAborted } from './unless-aborted.ts';

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

/**
 * Gathers the answer of a call; `onPiece` is told of each text of one that comes piece by piece.
 *
 * @throws BAD_INPUT for what is no text; the signal's reason once it fires.
 */
export async function collectAnswer(
  answer: ReturnType<CallLlm>,
  { signal, onPiece }: { signal: AbortSignal; onPiece: (piece: string) => void },
): Promise<string> {
  if (!isIterable(answer)) return toText(await unlessAborted(answer, signal), 'must answer');
  const pieces: string[] = [];
  const iterator = answer[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await unlessAborted(iterator.next(), signal);
      if (next.done) return pieces.join('');
      const piece = toText(next.value, 'must yield');
      pieces.push(piece);
      onPiece(piece);
    }
  } catch (error) {
    letGo(iterator);
    throw error;
  }
}

function isIterable(answer: unknown): answer is AsyncIterable<string> {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
}

/** It may itself be waiting for ever, so nobody waits for it. */
function letGo(iterator: AsyncIterator<string>): void {
  const ended = async () => iterator.return?.();
  ended().catch(() => undefined);
}

function toText(answer: unknown, must: string): string {
  if (typeof answer === 'string') return answer;
  const kind = answer === null ? 'null' : typeof answer === 'object' ? 'an object' : typeof answer;
  const reason = `${must} texts, as a string, a promise of one or an async iterable of them, not ${kind}`;
  throw ledgerError('BAD_INPUT', { issues: [{ path: 'call', reason }] });
}
