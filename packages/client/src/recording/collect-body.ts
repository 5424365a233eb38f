import { joinBytes } from '../blobs/join-bytes.ts';
/** The bytes of a body; or, of one that is not collected, a stream of all of it. */
export type CollectedBody =
  | { bytes: Uint8Array<ArrayBuffer> }
  | { rest: ReadableStream<Uint8Array>; isTooLarge: boolean };

/**
 * Reads a body of at most `maxBytes`; a longer one comes back as a stream with nothing lost.
 *
 * A body that breaks while it is read, or whose request is aborted, comes back as a stream too, so that the fetch which
 * gets it fails as it would have without us.
 */
export async function collectBody(
  body: ReadableStream<Uint8Array>,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal | null },
): Promise<CollectedBody> {
  const reader = body.getReader();
  const aborted = whenAborted(signal);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const next = reader.read();
    const read = await Promise.race([next, aborted.promise]).catch(() => null);
    if (read?.done) break;
    size += read?.value.length ?? 0;
    // A chunk that is no bytes has no length; fetch refuses it as well.
    if (read === null || !(size <= maxBytes)) {
      aborted.forget();
      return { rest: replay(chunks, next, reader), isTooLarge: size > maxBytes };
    }
    chunks.push(read.value);
  }
  aborted.forget();
  return { bytes: joinBytes(chunks) };
}

type NextRead = ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']>;

/** A stream of the chunks that were read, of the one being read, and of the rest. */
function replay(
  chunks: Uint8Array[],
  next: NextRead,
  reader: ReadableStreamDefaultReader<Uint8Array>,
): ReadableStream<Uint8Array> {
  let pending: NextRead | null = next;
  const queue = chunks.values();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = queue.next();
        if (!done) return controller.enqueue(value);
        const read = await (pending ?? reader.read());
        pending = null;
        if (read.done) controller.close();
        else controller.enqueue(read.value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

function whenAborted(signal: AbortSignal | null) {
  let forget: () => void = () => undefined;
  const promise = new Promise<null>((resolve) => {
    const onAbort = () => resolve(null);
    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    forget = () => signal?.removeEventListener('abort', onAbort);
  });
  return { promise, forget };
}
