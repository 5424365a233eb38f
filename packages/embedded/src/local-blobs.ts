import { randomUUID } from 'node:crypto';
import { describeFailure, type InFlight, type Log, toWireError } from '@stepledger/api';
import type { BlobTransport } from '@stepledger/client/links';
import { fromWire, type RetryPolicy, withRetries } from '@stepledger/client/links';
import { type BlobsService, LedgerError } from '@stepledger/contract';

/** Bytes go to the store itself, with the errors and retries that they have over HTTP. */
export function createLocalBlobs(options: {
  blobs: () => Promise<BlobsService>;
  policy: RetryPolicy;
  inFlight: InFlight;
  log: Log;
}): BlobTransport {
  const { blobs, policy, inFlight, log } = options;
  const work = <Result>(signal: AbortSignal, use: (service: BlobsService) => Promise<Result>) =>
    withRetries(
      async () => {
        try {
          return await inFlight.run(async () => use(await blobs()));
        } catch (error) {
          const requestId = randomUUID();
          if (error instanceof LedgerError) throw fromWire(toWireError(error, requestId), error);
          log.error({ requestId, path: 'blobs', failure: describeFailure(error) }, 'failed');
          throw fromWire(toWireError(new LedgerError('INTERNAL', { requestId }), requestId));
        }
      },
      policy,
      signal,
    );
  return {
    put: (body, signal) => work(signal, (service) => service.put(body)),
    async get(id, signal) {
      const { bytes } = await work(signal, (service) => service.get({ id }));
      // The database's driver answers a Buffer, which is no plain Uint8Array in comparisons and in JSON.
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
  };
}
