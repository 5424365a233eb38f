import { createStepledger, type Stepledger } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cut, type CuttingProxy, openCuttingProxy } from './support/cutting-proxy.ts';
import { openTables, type Tables } from './support/database.ts';
import { brokenLaws } from './support/laws.ts';

let server: TestServer;
let proxy: CuttingProxy;
let tables: Tables;
let ledger: Stepledger;
beforeAll(async () => {
  server = await startTestServer();
  proxy = await openCuttingProxy(server.url);
  tables = await openTables(server.databaseUrl);
  const retry = { attempts: 20, minDelayMs: 5, maxDelayMs: 50 };
  ledger = createStepledger({ url: proxy.url, retry });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await tables[Symbol.asyncDispose]();
  await server.close();
});

const step = { name: 'design_step' };
const messages = [{ role: 'user', content: 'prompt' }];

/** Each write, and the rows that it makes when it happens once. */
const WRITES: Record<string, [rows: Record<string, number>, write: (runId: string) => Promise<unknown>]> = {
  'a new run': [
    { run: 1, run_state: 1, entry: 1 },
    () => ledger.runs.start({ key: `run ${performance.now()}` }),
  ],
  'a document': [
    { document: 1, document_version: 1, entry: 1, step: 1, step_state: 1 },
    (runId) => ledger.documents.put({ runId, step, kind: 'design', text: 'text' }),
  ],
  'a large document, sent ahead of its call': [
    { document: 1, document_version: 1, entry: 1 },
    (runId) => ledger.documents.put({ runId, kind: 'large', text: `${runId} `.repeat(40_000) }),
  ],
  'a recorded step': [
    { step: 1, step_state: 1, exchange: 1, parse: 1, document: 2, document_version: 2, entry: 1 },
    (runId) =>
      ledger.exchanges.record({
        runId,
        step,
        messages,
        response: 'response',
        documents: ['one', 'two'].map((kind) => ({ kind, text: kind })),
      }),
  ],
  'an opened exchange': [
    { step: 1, step_state: 1, exchange: 1, entry: 1 },
    (runId) => ledger.exchanges.open({ runId, step, messages }),
  ],
  'a failed step': [
    { step: 1, step_state: 1, entry: 1 },
    (runId) => ledger.steps.fail({ runId, step, error: 'error' }),
  ],
  'a prompt': [
    { prompt: 1, prompt_version: 1 },
    (runId) => ledger.prompts.put({ name: runId, template: 'template' }),
  ],
};

const CUTS: Cut[][] = [
  ['request'],
  ['before the answer'],
  ['in the answer'],
  ['before the answer', 'request', 'before the answer', 'in the answer'],
];
const cases = Object.keys(WRITES).flatMap((write) => CUTS.map((cuts) => ({ write, cuts })));
let runs = 0;

test.each(cases)('$write is stored once when connections break $cuts', async ({ write, cuts }) => {
  const [rows, send] = WRITES[write] ?? [{}, async () => undefined];
  runs += 1;
  const { id } = await server.ledger.run({ key: `cut ${runs}` });
  const before = await tables.count();
  const madeBefore = proxy.made;

  proxy.cut(...cuts);
  const answer = await send(id);

  expect(proxy.made - madeBefore).toBe(cuts.length);
  const after = await tables.count();
  const added = Object.entries(after).flatMap(([table, count]) => {
    const more = count - (before[table] ?? 0);
    // How many texts were there already depends on the tests before.
    return more === 0 || ['blob', 'chunk', 'chunk_child', 'message', 'request'].includes(table)
      ? []
      : [[table, more]];
  });
  expect(Object.fromEntries(added)).toEqual(rows);
  expect(after['request'] ?? 0).toBe((before['request'] ?? 0) + 1);
  expect(answer).toBeDefined();
});

test('an update whose answer was lost does not take itself for somebody else’s', async () => {
  const run = await ledger.run({ key: 'own update' });
  const document = await run.documents.put({ kind: 'design', text: 'one' });
  for (const cut of ['before the answer', 'in the answer', 'request'] as const) {
    proxy.cut(cut);
    await document.update(`after a cut ${cut}`);
  }
  expect(document.version).toBe(4);
  const history = await document.history({ withText: true });
  expect(history.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
  expect(history.at(-1)?.text).toBe('after a cut request');
  expect(await brokenLaws(tables)).toEqual({});
});
