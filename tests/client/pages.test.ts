import { createStepledger } from '@stepledger/client';
import { expect, test } from 'vitest';
import { openTestServer, type TestServer } from './support/test-server.ts';

/** 7 runs in pages of 3. */
function serveRuns(server: TestServer): void {
  server.answers.set('runs.list', ({ cursor, limit }) => {
    const start = cursor === undefined ? 0 : Number(cursor);
    const end = Math.min(start + Number(limit ?? 3), 7);
    const items = Array.from({ length: end - start }, (_, index) => ({ key: `run-${start + index}` }));
    return { items, nextCursor: end < 7 ? String(end) : null };
  });
}

test('awaited, a list is its first page', async () => {
  await using server = await openTestServer();
  serveRuns(server);
  const ledger = createStepledger({ url: server.url });

  const page = await ledger.runs.list();
  const next = await ledger.runs.list({ cursor: page.nextCursor ?? '' });

  expect(page.items.map(({ key }) => key)).toEqual(['run-0', 'run-1', 'run-2']);
  expect(next.items.map(({ key }) => key)).toEqual(['run-3', 'run-4', 'run-5']);
  expect(server.calls).toHaveLength(2);
});

test('iterated, a list is every item of all pages, fetched as they are needed, with the filter on each', async () => {
  await using server = await openTestServer();
  serveRuns(server);
  const ledger = createStepledger({ url: server.url });

  const keys: string[] = [];
  for await (const run of ledger.runs.list({ status: 'running', limit: 2 })) {
    keys.push(run.key);
    if (keys.length === 4) break;
  }

  expect(keys).toEqual(['run-0', 'run-1', 'run-2', 'run-3']);
  expect(server.calls.map(({ input }) => input)).toEqual([
    { status: 'running', limit: 2 },
    { status: 'running', limit: 2, cursor: '2' },
  ]);
});

test('all() gathers every item', async () => {
  await using server = await openTestServer();
  serveRuns(server);
  const ledger = createStepledger({ url: server.url });

  expect((await ledger.runs.list().all()).map(({ key }) => key)).toEqual(
    [0, 1, 2, 3, 4, 5, 6].map((n) => `run-${n}`),
  );
});
