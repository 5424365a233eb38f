import { createStepledger } from '@stepledger/client';
import { expect, test } from 'vitest';
import { hangUp } from './support/faults.ts';
import { openTestServer } from './support/test-server.ts';

const retry = { attempts: 5, minDelayMs: 5, maxDelayMs: 20 };

test('large texts go by PUT /raw and are named in the call, and one that stands in it twice is sent once', async () => {
  await using server = await openTestServer();
  const ledger = createStepledger({ url: server.url });
  const text = 'é'.repeat(1_000_000);
  const strange = '\ud800\0'.repeat(500_000);

  await ledger.exchanges.record({
    runId: 'r1',
    step: { name: 'design_step' },
    messages: [{ role: 'user', content: text }],
    response: strange,
    documents: [
      { kind: 'design', text },
      { kind: 'small', text: 'small' },
    ],
  });

  expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'PUT /raw?encoding=utf8',
    'PUT /raw?encoding=utf16le',
    'POST /trpc/exchanges.record?batch=1',
  ]);
  const [first, second] = server.blobs.keys();
  expect(server.calls[0]?.input).toMatchObject({
    messages: [{ role: 'user', content: { blob: first } }],
    response: { blob: second },
    documents: [
      { kind: 'design', text: { blob: first } },
      { kind: 'small', text: 'small' },
    ],
  });
  expect(server.blobs.get(String(first))?.toString('utf8')).toBe(text);
  expect(server.blobs.get(String(second))?.toString('utf16le')).toBe(strange);
});

test('a broken upload is tried again, and one that succeeded is not repeated with the call', async () => {
  await using server = await openTestServer();
  const ledger = createStepledger({ url: server.url, retry });
  await ledger.system.health();
  // The upload breaks once, then the call that names it breaks twice.
  server.faults.push(hangUp, () => 'through', hangUp, hangUp);

  await ledger.documents.put({ runId: 'r1', kind: 'design', text: 'x'.repeat(2_000_000) });

  expect(server.requests.slice(1).map(({ method }) => method)).toEqual([
    'PUT',
    'PUT',
    'POST',
    'POST',
    'POST',
  ]);
});

test('many calls of one tick never make a request beyond 20 MB', async () => {
  await using server = await openTestServer();
  const ledger = createStepledger({ url: server.url });

  await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      ledger.documents.put({
        runId: 'r1',
        kind: 'design',
        key: String(index),
        text: 'x'.repeat(880_000 + index * 3000),
      }),
    ),
  );

  expect(server.calls).toHaveLength(40);
  expect(Math.max(...server.requests.map(({ bytes }) => bytes))).toBeLessThan(20_000_000);
});

test('bytes come back as they went', async () => {
  await using server = await openTestServer();
  const ledger = createStepledger({ url: server.url });
  const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 256);

  const blob = await ledger.blobs.put(bytes);

  expect(blob).toMatchObject({ encoding: 'binary', size: 300_000 });
  expect(await ledger.blobs.get(blob.id)).toEqual(bytes);
});

test('a part of a larger buffer goes as that part', async () => {
  await using server = await openTestServer();
  const ledger = createStepledger({ url: server.url });
  const part = new Uint8Array([1, 2, 3, 4, 5]).subarray(1, 4);

  const blob = await ledger.blobs.put(part, { encoding: 'utf8' });

  expect([...(server.blobs.get(blob.id) ?? [])]).toEqual([2, 3, 4]);
});
