import type { Stepledger } from '@stepledger/client';
import { createEmbedded } from '@stepledger/embedded';
import { createTestDatabase, startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';

/** DESIGN.md's first example, as printed there. */
async function firstExample(ledger: Stepledger) {
  const text = 'A list of todos.\r\n';
  const betterText = 'A list of todos, with dates.';
  const prompt = 'Design a todo app.';
  const response = '# Design\nA list of todos.';
  const documents = [{ kind: 'review', text: 'Good.' }];

  const run = await ledger.run({ key: 'todo-app' });
  const design = run.step('design_step');
  const doc = await design.documents.put({ kind: 'design', text });
  const listed = await design.documents.list();
  await doc.update(betterText);
  await doc.delete();
  const recorded = await design.record({ prompt, response, documents });
  return { run, design, doc, listed, recorded };
}

const ways: [string, () => Promise<{ ledger: Stepledger } & AsyncDisposable>][] = [
  ['HTTP', () => startTestServer()],
  [
    'one process',
    async () => {
      const { url } = await createTestDatabase();
      const ledger = await createEmbedded({ databaseUrl: url });
      return { ledger, [Symbol.asyncDispose]: () => ledger.close() };
    },
  ],
];

test.each(ways)('the first example works over %s', async (_way, open) => {
  await using opened = await open();
  const { ledger } = opened;

  const { run, design, doc, listed, recorded } = await firstExample(ledger);

  expect(run).toMatchObject({ key: 'todo-app', status: 'running', created: true });
  expect(listed.map(({ id, version, text }) => ({ id, version, text }))).toEqual([
    { id: doc.id, version: 1, text: 'A list of todos.\r\n' },
  ]);
  expect(doc).toMatchObject({ kind: 'design', key: 'design', version: 3, deleted: true });
  expect(recorded.documents.map(({ kind, version, text }) => ({ kind, version, text }))).toEqual([
    { kind: 'review', version: 1, text: 'Good.' },
  ]);

  const [exchange] = await design.exchanges.list();
  const stored = await ledger.exchanges.get({ exchangeId: recorded.exchangeId });
  expect(exchange?.id).toBe(recorded.exchangeId);
  expect(stored.messages).toEqual([{ role: 'user', content: 'Design a todo app.', format: 'text' }]);
  expect(stored.responseText).toBe('# Design\nA list of todos.');

  const again = await ledger.run({ key: 'todo-app' });
  expect(again).toMatchObject({ id: run.id, created: false, revision: recorded.revision });
  const entries = await again.entries.list();
  expect(entries.map(({ revision, kind }) => [revision, kind])).toEqual([
    [1, 'runs.start'],
    [2, 'documents.put'],
    [3, 'documents.update'],
    [4, 'documents.delete'],
    [5, 'exchanges.record'],
  ]);
});
