import type { IncomingMessage } from 'node:http';
import { badRequest, HttpError, tooLarge } from './http-error.ts';

/**
 * How much of a body that is too large is still read and thrown away: a caller who is cut off while sending
 * mostly sees a broken connection instead of the answer.
 */
const MAX_DISCARDED = 4;

/** Reads a body of at most `limitBytes`; refuses a larger one with TOO_LARGE, keeping none of it in memory. */
export async function readBody(req: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw badRequest('content-encoding', 'must be left out: bodies are sent as they are', 415);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  // A body that says that it is too large is not kept at all.
  const announced = Number(req.headers['content-length'] ?? 0);
  try {
    // Left early, the request must stay alive: its answer goes through the same socket.
    for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (Math.max(size, announced) > limitBytes * MAX_DISCARDED) break;
      if (size > limitBytes || announced > limitBytes) chunks.length = 0;
      else chunks.push(chunk);
    }
  } catch (error) {
    if (req.readableAborted || req.destroyed) throw brokenOff();
    throw error;
  }
  if (size > limitBytes || announced > limitBytes) throw tooLarge(limitBytes);
  if (!req.complete) throw brokenOff();
  return Buffer.concat(chunks, size);
}

/** For the log alone: nobody is there any more to read it. */
function brokenOff(): HttpError {
  return new HttpError({
    status: 499,
    code: 'UNAVAILABLE',
    details: { reason: 'The request was broken off before its body was complete' },
  });
}
