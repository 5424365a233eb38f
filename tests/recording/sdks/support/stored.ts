import { createHash } from 'node:crypto';
import type { Stepledger } from '@stepledger/client';
import type { Attempt, Blob, Exchange } from '@stepledger/contract';
import type { LoggedRequest } from '@stepledger/testing';
import { expect } from 'vitest';

/** Every exchange of a run with its texts, in the order of opening. */
export async function readExchanges(ledger: Stepledger, runId: string): Promise<Exchange[]> {
  const summaries = await ledger.exchanges.list({ runId }).all();
  const exchanges = await Promise.all(summaries.map(({ id }) => ledger.exchanges.get({ exchangeId: id })));
  return exchanges.sort((one, other) => one.openedRevision - other.openedRevision);
}

/** The stored bytes, which must be what their name says. */
export async function readBody(ledger: Stepledger, blob: Blob | null): Promise<Buffer> {
  if (blob === null) throw new Error('Nothing is stored');
  const bytes = Buffer.from(await ledger.blobs.get(blob.id));
  expect(blob.id.slice(0, 64)).toBe(createHash('sha256').update(bytes).digest('hex'));
  expect(blob.size).toBe(bytes.length);
  return bytes;
}

/** Compares what is stored of an attempt with what the endpoint got and sent, byte for byte. */
export async function expectExact(
  ledger: Stepledger,
  attempt: Attempt | undefined,
  request: LoggedRequest | undefined,
): Promise<void> {
  const [sent, received] = [
    await readBody(ledger, attempt?.request ?? null),
    await readBody(ledger, attempt?.response ?? null),
  ];
  // By equals: a difference of two bodies of 10 MB is not worth printing.
  expect(request && sent.equals(request.body)).toBe(true);
  const answer = request?.answer;
  // Of an answer that its client left, less may have come.
  const isExact = answer?.isWhole || answer?.state === 'broken';
  const written = isExact ? answer?.body : answer?.body.subarray(0, received.length);
  expect(received.length).toBeGreaterThan(0);
  expect(written && received.equals(written), `${received.length} of ${answer?.body.length}`).toBe(true);
}
