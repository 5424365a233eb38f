import type { Blob } from '@stepledger/contract';
import type { BlobTransport } from '../blobs/blob-transport.ts';
import { unexpectedAnswer } from '../errors/client-errors.ts';
import { isRecord, toStepledgerError } from '../errors/to-stepledger-error.ts';
import type { RetryPolicy } from '../retries/retry-policy.ts';
import { withRetries } from '../retries/with-retries.ts';
import type { createCheckedFetch } from './checked-fetch.ts';

/** Puts and gets bytes as `application/octet-stream` at `<url>/raw`, with the same retries as the calls. */
export function createRawBlobs(options: {
  url: string;
  fetch: ReturnType<typeof createCheckedFetch>;
  headers: Record<string, string>;
  policy: RetryPolicy;
}): BlobTransport {
  const { url, fetch, headers, policy } = options;

  const send = <T>(signal: AbortSignal, attempt: () => Promise<T>) =>
    withRetries(
      () =>
        attempt().catch((error: unknown) => {
          throw toStepledgerError(error, url);
        }),
      policy,
      signal,
    );

  return {
    put: ({ encoding, bytes }, signal) =>
      send(signal, async () => {
        const response = await fetch(`${url}/raw?encoding=${encoding}`, {
          method: 'PUT',
          headers: { ...headers, 'content-type': 'application/octet-stream' },
          body: new Uint8Array(bytes),
          signal,
        });
        const answer: unknown = await response.json();
        if (isBlob(answer)) return answer;
        throw unexpectedAnswer({ url, status: response.status }, 'It took bytes and did not name the blob.');
      }),
    get: (id, signal) =>
      send(signal, async () => {
        const response = await fetch(`${url}/raw/${encodeURIComponent(id)}`, { headers, signal });
        return new Uint8Array(await response.arrayBuffer());
      }),
  };
}

function isBlob(value: unknown): value is Blob {
  return isRecord(value) && typeof value['id'] === 'string' && typeof value['size'] === 'number';
}
