import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What reached the endpoint, and what it answered. */
export interface LoggedRequest {
  /** Counts the requests that arrived whole, from 1. */
  readonly number: number;
  readonly method: string;
  /** Path and query as they were asked for. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The exact bytes. */
  readonly body: Buffer;
  readonly sha256: string;
  /** Null while nothing of an answer was sent. */
  readonly answer: LoggedAnswer | null;
}

/**
 * How an answer fares: `broken` and `hanging` by the endpoint's own will, `abandoned` when the client left before the
 * answer's end was out. `sent` is said just before the last byte leaves, so that no client knows it earlier.
 */
export type AnswerState = 'sending' | 'sent' | 'broken' | 'hanging' | 'abandoned';

export interface LoggedAnswer {
  readonly status: number;
  /** The exact bytes that were written, in front of any compression. Of an abandoned answer fewer may have arrived. */
  readonly body: Buffer;
  readonly sha256: string;
  /** Whether all of the body was written, also where the connection stayed open or broke after it. */
  readonly isWhole: boolean;
  readonly state: AnswerState;
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The line of a log that says what is new: the request while it has no answer, then how the answer fares. */
export function toLogLine({ answer, body, ...request }: LoggedRequest): string {
  if (answer === null) return `${JSON.stringify({ ...request, body: body.toString('base64') })}\n`;
  const { status, isWhole, state } = answer;
  const written = { status, isWhole, state, body: answer.body.toString('base64') };
  return `${JSON.stringify({ number: request.number, answer: written })}\n`;
}

type Line<T> = Omit<T, 'body'> & { body: string };
type LogLine =
  | (Line<Omit<LoggedRequest, 'answer'>> & { answer?: never })
  | { number: number; answer: Line<Omit<LoggedAnswer, 'sha256'>> };

/** Reads a log, of which the last line may be unfinished. */
export function parseLog(text: string): LoggedRequest[] {
  const requests = new Map<number, LoggedRequest>();
  for (const line of text.split('\n').slice(0, -1)) {
    const logged = JSON.parse(line) as LogLine;
    const request = requests.get(logged.number);
    if (logged.answer === undefined)
      requests.set(logged.number, { ...logged, body: Buffer.from(logged.body, 'base64'), answer: null });
    else if (request !== undefined)
      requests.set(logged.number, { ...request, answer: readAnswer(logged.answer) });
  }
  return [...requests.values()];
}

function readAnswer({ body, ...answer }: Line<Omit<LoggedAnswer, 'sha256'>>): LoggedAnswer {
  const bytes = Buffer.from(body, 'base64');
  return { ...answer, body: bytes, sha256: sha256(bytes) };
}
