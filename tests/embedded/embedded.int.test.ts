import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLedgerError } from '@stepledger/client';
import { createEmbedded } from '@stepledger/embedded';
import { createTestDatabase, startLlmEndpoint } from '@stepledger/testing';
import { expect, test } from 'vitest';

async function openDataDir(): Promise<{ dataDir: string } & AsyncDisposable> {
  const dir = await mkdtemp(join(tmpdir(), 'stepledger-embedded-'));
  return {
    dataDir: join(dir, 'data'),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
  };
}

test('a data directory keeps what was stored, and belongs to one process at a time', async () => {
  await using dir = await openDataDir();
  {
    await using ledger = await createEmbedded(dir);
    const run = await ledger.run({ key: 'todo-app' });
    await run.step('design_step').documents.put({ kind: 'design', text: 'exact \0 \ud800' });

    await expect(createEmbedded(dir)).rejects.toThrow(String(process.pid));
  }
  await using ledger = await createEmbedded(dir);
  const run = await ledger.run({ key: 'todo-app' });

  expect(run.created).toBe(false);
  expect((await run.documents.get('design')).text).toBe('exact \0 \ud800');
});

test('errors are the same as over HTTP, and hold neither SQL nor stack', async () => {
  const { url } = await createTestDatabase();
  await using ledger = await createEmbedded({ databaseUrl: url });
  const run = await ledger.run({ key: 'todo-app' });
  const doc = await run.documents.put({ kind: 'design', text: 'v1' });
  await doc.update('v2');

  await expect(doc.update('lost', { expectedVersion: 1 })).rejects.toMatchObject({
    name: 'StepledgerError',
    code: 'VERSION_CONFLICT',
    details: { type: 'document', id: doc.id, expected: 1, actual: 2 },
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  const bad = await ledger.documents.get({ documentId: 'no uuid' }).catch((error: unknown) => error);
  expect(isLedgerError(bad, 'BAD_INPUT') && bad.details.issues).toMatchObject([{ path: 'documentId' }]);
  await expect(ledger.blobs.get(`${'0'.repeat(64)}.binary`)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('large texts and bytes need no detour', async () => {
  const { url } = await createTestDatabase();
  await using ledger = await createEmbedded({ databaseUrl: url });
  const step = (await ledger.run({ key: 'todo-app' })).step('design_step');
  const text = 'x'.repeat(5_000_000);
  const bytes = new Uint8Array(3_000_000).fill(200);

  const { documents, exchangeId } = await step.record({
    prompt: text,
    response: bytes,
    documents: [{ kind: 'design', text }],
  });

  const stored = await ledger.exchanges.get({ exchangeId });
  expect(stored.messages[0]?.content === text).toBe(true);
  const read = await ledger.blobs.get(stored.response?.id ?? '');
  expect(read.constructor).toBe(Uint8Array);
  expect(Buffer.compare(read, bytes)).toBe(0);
  expect((await documents[0]?.reload())?.text === text).toBe(true);
});

test('a project is made when there is none, and each sees only its own', async () => {
  const { url } = await createTestDatabase();
  await using demo = await createEmbedded({ databaseUrl: url, project: 'demo', actor: 'Zoë' });
  await using standard = await createEmbedded({ databaseUrl: url });
  const run = await demo.run({ key: 'todo-app' });

  expect(await run.entries.list()).toMatchObject([{ actor: 'Zoë' }]);
  await expect(standard.runs.get({ runId: run.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const projects = await demo.projects.list();
  expect(projects.items.map(({ slug }) => slug).sort()).toEqual(['default', 'demo']);
});

test('closing waits for the calls at work, and refuses later ones', async () => {
  const { url } = await createTestDatabase();
  const ledger = await createEmbedded({ databaseUrl: url });
  const run = await ledger.run({ key: 'todo-app' });
  const writes = Array.from({ length: 20 }, (_, index) =>
    run.documents.put({ kind: 'subtask', key: `${index}`, text: 'x'.repeat(100_000) }),
  );
  // The calls are at work once they have reached the API.
  await new Promise((resolve) => setImmediate(resolve));

  const [written] = await Promise.all([Promise.all(writes), ledger.close(), ledger.close()]);

  expect(written).toHaveLength(20);
  await expect(ledger.run({ key: 'late' })).rejects.toMatchObject({
    code: 'INVALID_STATE',
    details: { type: 'ledger', status: 'closed' },
  });
  await expect(ledger.blobs.put(new Uint8Array(1))).rejects.toMatchObject({ code: 'INVALID_STATE' });
});

test('a database that cannot be reached is told at the start', async () => {
  await expect(createEmbedded({ databaseUrl: 'postgres://127.0.0.1:1/none' })).rejects.toThrow(
    /ECONNREFUSED|reach/,
  );
});

test('an abandoned call is told as that', async () => {
  const { url } = await createTestDatabase();
  await using ledger = await createEmbedded({ databaseUrl: url });

  await expect(ledger.runs.list({}, { signal: AbortSignal.abort(new Error('gone')) })).rejects.toMatchObject({
    code: 'ABORTED',
    details: { reason: 'gone' },
  });
});

test('closing waits until what a recording fetch has seen is stored', async () => {
  const { url } = await createTestDatabase();
  await using endpoint = await startLlmEndpoint();
  const body = JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: 'Design it.' }] });
  {
    await using ledger = await createEmbedded({ databaseUrl: url });
    const { fetch } = (await ledger.run({ key: 'todo-app' })).step('design_step');
    await fetch(`${endpoint.url}/v1/chat/completions`, { method: 'POST', body });
  }

  await using ledger = await createEmbedded({ databaseUrl: url });
  const exchanges = await (await ledger.run({ key: 'todo-app' })).exchanges.list();
  expect(exchanges).toMatchObject([{ status: 'completed', provider: 'openai' }]);
});
