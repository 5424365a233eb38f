import type { Stepledger } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { exported, linesOf, typesOf } from './support/files.ts';
import { emptyProject } from './support/projects.ts';

vi.setConfig({ testTimeout: 120_000 });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** A text that no other equals, of few words: the index of the search has little to do with it. */
function textOf(seed: string, length: number): string {
  return `${seed}\n`.padEnd(length, 'A line of a long text.\n');
}

async function comesBack(source: Stepledger): Promise<string> {
  const file = await exported(source);
  const target = await emptyProject(server);
  await target.import([file]);
  expect(await exported(target)).toBe(file);
  return file;
}

test('a revision with more texts than fit a call goes ahead of itself in pieces', async () => {
  const source = await emptyProject(server);
  const { id: runId } = await source.run({ key: 'large' });
  // Request bodies, which the search leaves alone.
  const attempts = Array.from({ length: 25 }, (_, index) => ({
    status: 'completed' as const,
    request: new Uint8Array(300_000).fill(index),
  }));
  const messages = [{ role: 'user', content: 'x' }];
  await source.exchanges.record({ runId, step: { name: 'a' }, messages, response: 'x', attempts });
  await comesBack(source);
});

test('attempts of an open exchange that are more than fit a call are taken in before its close', async () => {
  const source = await emptyProject(server);
  const { id: runId } = await source.run({ key: 'large' });
  const messages = [{ role: 'user', content: 'x' }];
  const { exchangeId } = await source.exchanges.open({ runId, step: { name: 'a' }, messages });
  for (let attempt = 1; attempt <= 8; attempt++) {
    const error = textOf(`${attempt}`, 900_000);
    await source.exchanges.attempt({ exchangeId, attempt, status: 'failed', error });
  }
  await source.exchanges.fail({ exchangeId, error: 'given up' });
  await comesBack(source);
});

test('a conversation that grows is told message by message, each once', async () => {
  const source = await emptyProject(server);
  const { id: runId } = await source.run({ key: 'conversation' });
  const messages: { role: string; content: string }[] = [{ role: 'system', content: 'Be brief' }];
  for (let turn = 0; turn < 20; turn++) {
    messages.push({ role: 'user', content: `question ${turn}` });
    const response = `answer ${turn}`;
    await source.exchanges.record({ runId, step: { name: 'a' }, messages, response });
    messages.push({ role: 'assistant', content: response });
  }
  const file = await comesBack(source);
  expect(typesOf(file).filter((type) => type === 'message')).toHaveLength(40);
  const blobs = linesOf(file).filter((line) => line.startsWith('{"type":"blob"'));
  expect(new Set(blobs).size).toBe(blobs.length);
});

test('one call may link each of many documents to each of many inputs', async () => {
  const source = await emptyProject(server);
  const { id: runId } = await source.run({ key: 'links' });
  const inputs = Array.from({ length: 60 }, (_, index) => ({
    kind: 'input',
    key: `${index}`,
    text: `${index}`,
  }));
  const { documents } = await source.documents.putMany({ runId, documents: inputs });
  const uses = documents.map(({ documentId, version }) => ({ documentId, version }));
  await source.exchanges.record({
    runId,
    step: { name: 'a' },
    messages: [{ role: 'user', content: 'x' }],
    uses,
    response: 'x',
    documents: Array.from({ length: 60 }, (_, index) => ({ kind: 'output', key: `${index}`, text: 'x' })),
  });
  await comesBack(source);
});
