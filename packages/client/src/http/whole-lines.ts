import { joinBytes } from '../blobs/join-bytes.ts';

/**
 * Passes an answer on in whole lines, however its bytes arrive.
 *
 * tRPC reads a streamed batch line by line, and copies what it has of a line with each chunk that comes: of 64 KB,
 * so that a text of 5 MB took 1.2 s of CPU to read and one of 16 MB ten times that. With whole lines it is one copy.
 */
export function inWholeLines(response: Response): Response {
  if (response.body === null) return response;
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(gatherLines()), { status, statusText, headers });
}

const LINE_FEED = 10;

function gatherLines(): TransformStream<Uint8Array, Uint8Array> {
  let pending: Uint8Array[] = [];
  return new TransformStream({
    transform(chunk, controller) {
      const end = chunk.lastIndexOf(LINE_FEED) + 1;
      if (end > 0) controller.enqueue(joined([...pending, chunk.subarray(0, end)]));
      const rest = chunk.subarray(end);
      if (end > 0) pending = [];
      if (rest.length > 0) pending.push(rest);
    },
    flush(controller) {
      if (pending.length > 0) controller.enqueue(joined(pending));
    },
  });
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (parts.length === 1 && first) return first;
  return joinBytes(parts);
}
