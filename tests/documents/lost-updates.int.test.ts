import { createStepledger } from '@stepledger/client';
import { LIMITS } from '@stepledger/contract';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { brokenLaws } from '../ledger/support/laws.ts';
import { endsOf, refusalOf } from '../ledger/support/refusals.ts';

/** On a busy machine. */
const SLOW_MS = 120_000;
const WRITERS = 50;
const ROUNDS = [1, 2];

test('of 50 writers one wins each version, and the others are told what they missed', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const { id: runId } = await server.ledger.run({ key: 'todo-app' });
  const { documentId: id } = await server.ledger.documents.put({ runId, kind: 'design', text: 'first' });
  const clients = Array.from({ length: WRITERS }, () => createStepledger({ url: server.url, retry: false }));

  for (const expectedVersion of ROUNDS) {
    const calls = clients.map(({ documents }, writer) =>
      documents.update({ documentId: id, text: `${expectedVersion} by ${writer}`, expectedVersion }),
    );
    const { won, refused } = await endsOf(calls);

    expect(won.map(({ version }) => version)).toEqual([expectedVersion + 1]);
    const details = { type: 'document', id, expected: expectedVersion, actual: expectedVersion + 1 };
    expect(refused).toEqual(Array(WRITERS - 1).fill({ code: 'VERSION_CONFLICT', details }));
  }
  expect((await server.ledger.runs.get({ runId })).revision).toBe(2 + ROUNDS.length);
  expect(await brokenLaws(tables)).toEqual({});
});

test('so it is when all of them come in one HTTP request', { timeout: SLOW_MS }, async () => {
  const requests: string[] = [];
  const counting: typeof fetch = (input, init) => {
    requests.push(String(input));
    return fetch(input, init);
  };
  await using server = await startTestServer({ client: { fetch: counting, retry: false } });
  const { documents, runs } = server.ledger;
  const { id: runId } = await server.ledger.run({ key: 'todo-app' });
  const { documentId } = await documents.put({ runId, kind: 'design', text: 'first' });

  for (const expectedVersion of ROUNDS) {
    requests.length = 0;
    const calls = Array.from({ length: LIMITS.maxBatchCalls }, (_, writer) =>
      writer % 2 === 0
        ? documents.update({ documentId, text: `by ${writer}`, expectedVersion })
        : documents.put({ runId, kind: 'design', text: `by ${writer}`, expectedVersion }),
    );
    const { won, refused } = await endsOf(calls);

    expect(requests).toHaveLength(1);
    expect(won.map(({ version }) => version)).toEqual([expectedVersion + 1]);
    const details = { id: documentId, expected: expectedVersion, actual: expectedVersion + 1 };
    expect(refused).toMatchObject(
      Array(LIMITS.maxBatchCalls - 1).fill({ code: 'VERSION_CONFLICT', details }),
    );
  }
  expect((await runs.get({ runId })).revision).toBe(2 + ROUNDS.length);
});

test('of many who expect that there is no document yet, one makes it', async () => {
  await using server = await startTestServer();
  const { documents } = server.ledger;
  const { id: runId } = await server.ledger.run({ key: 'todo-app' });
  const calls = Array.from({ length: WRITERS }, (_, writer) =>
    documents.put({ runId, kind: 'design', text: `by ${writer}`, expectedVersion: 0 }),
  );

  const { won, refused } = await endsOf(calls);

  expect(won.map(({ version }) => version)).toEqual([1]);
  const details = { type: 'document', id: won[0]?.documentId, expected: 0, actual: 1 };
  expect(refused).toEqual(Array(WRITERS - 1).fill({ code: 'VERSION_CONFLICT', details }));
});

test('those who overwrite without expecting a version all get one of their own', async () => {
  await using server = await startTestServer();
  const { documents } = server.ledger;
  const { id: runId } = await server.ledger.run({ key: 'todo-app' });
  const receipts = await Promise.all(
    Array.from({ length: WRITERS }, (_, writer) =>
      documents.put({ runId, kind: 'design', text: `by ${writer}` }),
    ),
  );

  expect(receipts.map(({ version }) => version).sort((a, b) => a - b)).toEqual(
    Array.from({ length: WRITERS }, (_, index) => index + 1),
  );
  const { items } = await documents.history({ documentId: receipts[0]?.documentId ?? '', withText: true });
  const byVersion = new Map(items.map(({ version, text }) => [version, text]));
  expect(receipts.map(({ version }) => byVersion.get(version))).toEqual(
    receipts.map((_, writer) => `by ${writer}`),
  );
});

const batches = ['documents.putMany', 'exchanges.record', 'parses.record'] as const;

test.each(batches)('of two documents of which one is stale, %s writes neither', async (call) => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const { ledger } = server;
  const { id: runId } = await ledger.run({ key: 'todo-app' });
  const step = { name: 'design_step' };
  const messages = [{ role: 'user', content: 'prompt' }];
  const { exchangeId } = await ledger.exchanges.record({ runId, step, messages, response: 'response' });
  const old = await ledger.documents.putMany({
    runId,
    documents: [
      { kind: 'fresh', text: 'fresh 1' },
      { kind: 'stale', text: 'stale 1' },
    ],
  });
  const [fresh, stale] = old.documents;
  await ledger.documents.update({ documentId: stale?.documentId ?? '', text: 'stale 2' });
  const before = await tables.fingerprint();

  const documents = [
    { kind: 'fresh', text: 'fresh 2', expectedVersion: 1 },
    { kind: 'stale', text: 'lost', expectedVersion: 1 },
    { kind: 'new', text: 'new', expectedVersion: 0 },
  ];
  const refused = await refusalOf(
    call === 'documents.putMany'
      ? ledger.documents.putMany({ runId, documents })
      : call === 'exchanges.record'
        ? ledger.exchanges.record({ runId, step, messages, response: 'another', documents })
        : ledger.parses.record({ exchangeId, documents }),
  );

  expect(refused).toEqual({
    code: 'VERSION_CONFLICT',
    details: { type: 'document', id: stale?.documentId, expected: 1, actual: 2 },
  });
  expect(await tables.fingerprint()).toEqual(before);
  expect((await ledger.documents.get({ documentId: fresh?.documentId ?? '' })).text).toBe('fresh 1');
});
