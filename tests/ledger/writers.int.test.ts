import { createStepledger, type Stepledger } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables, type Tables } from './support/database.ts';
import { brokenLaws } from './support/laws.ts';

/** On a busy machine. */
const SLOW_MS = 120_000;
const WRITERS = 40;

const TEXTS = Array.from({ length: 12 }, (_, index) => `text ${index} ${'\0'.repeat(index % 2)}`);

/** The same texts in another order for each writer, so that writers who share them ask for their locks crosswise. */
function shuffled(writer: number): string[] {
  const turned = [...TEXTS.slice(writer % TEXTS.length), ...TEXTS.slice(0, writer % TEXTS.length)];
  return writer % 2 === 0 ? turned : turned.reverse();
}

/** Clients of their own, so that the calls do not share HTTP requests; without retries, which would hide faults. */
function clientsOf({ url }: TestServer, count = WRITERS): Stepledger[] {
  return Array.from({ length: count }, () => createStepledger({ url, retry: false }));
}

const messagesOf = (writer: number) => shuffled(writer).map((content) => ({ role: 'user', content }));
const documentsOf = (writer: number) =>
  shuffled(writer).map((text, index) => ({ kind: 'text', key: `${writer} ${index}`, text }));

/** Counted by PostgreSQL once its sessions have ended. */
async function countDeadlocks(server: TestServer, tables: Tables): Promise<number | undefined> {
  await server.close();
  const [row] = await tables.query<{ deadlocks: number }>(
    'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
  );
  return row?.deadlocks;
}

test('40 writers in one run end without deadlock or error', { timeout: SLOW_MS }, async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const { id: runId } = await server.ledger.run({ key: 'one run' });

  const receipts = await Promise.all(
    clientsOf(server).map(async (ledger, writer) => {
      // Of all writers of a step that is not there yet, one makes it.
      const step = { name: 'design_step', key: String(writer % 3) };
      const put = await ledger.documents.put({ runId, step, kind: 'shared', text: `by ${writer}` });
      const recorded = await ledger.exchanges.record({
        runId,
        step,
        messages: messagesOf(writer),
        response: TEXTS[writer % TEXTS.length] ?? '',
        documents: documentsOf(writer),
      });
      return { put, recorded };
    }),
  );

  const revisions = receipts.flatMap(({ put, recorded }) => [put.revision, recorded.revision]);
  expect(revisions.sort((a, b) => a - b)).toEqual(Array.from({ length: 2 * WRITERS }, (_, i) => i + 2));
  const versions = receipts.map(({ put }) => put.version).sort((a, b) => a - b);
  expect(versions).toEqual(Array.from({ length: WRITERS }, (_, i) => i + 1));
  expect(await tables.count()).toMatchObject({ step: 3, document: 1 + WRITERS * TEXTS.length });
  expect(await brokenLaws(tables)).toEqual({});
  expect(await countDeadlocks(server, tables)).toBe(0);
});

test('40 runs written at once with the same texts end without deadlock or error', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);

  await Promise.all(
    clientsOf(server).map(async (ledger, writer) => {
      const run = await ledger.run({ key: `run ${writer}` });
      for (const round of [0, 1]) {
        const prompt = messagesOf(writer + round * 5);
        const documents = documentsOf(writer + round * 7);
        await run.step('code_step').record({ prompt, response: 'done', documents });
        await run.documents.putMany(documentsOf(writer + round * 3));
      }
    }),
  );

  const { run, entry, exchange } = await tables.count();
  expect({ run, entry, exchange }).toEqual({ run: WRITERS, entry: 5 * WRITERS, exchange: 2 * WRITERS });
  expect(await tables.query('SELECT FROM blob')).toHaveLength(TEXTS.length + 1);
  expect(await brokenLaws(tables)).toEqual({});
  expect(await countDeadlocks(server, tables)).toBe(0);
});

test('purges and deleted runs take nothing from those who write the same texts meanwhile', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);

  const kept = await Promise.all(
    clientsOf(server, 12).map(async (ledger, writer) => {
      const run = await ledger.run({ key: `run ${writer}` });
      const record = () =>
        run.step('code_step').record({
          prompt: messagesOf(writer),
          response: TEXTS[0] ?? '',
          documents: documentsOf(writer),
        });
      const { documents } = await record();
      if (writer % 4 === 0) await run.delete();
      else if (writer % 4 === 1) for (const document of documents) await document.purge({ cascade: true });
      else await record();
      return writer % 4 > 1 ? run : undefined;
    }),
  );

  expect(await brokenLaws(tables)).toEqual({});
  for (const [writer, run] of kept.entries()) {
    if (!run) continue;
    const [exchange] = await run.exchanges.list();
    const { messages, responseText } = await run.exchanges.get(exchange?.id ?? '');
    expect(messages.map(({ content }) => content)).toEqual(shuffled(writer));
    expect(responseText).toBe(TEXTS[0]);
    const texts = (await run.documents.list()).map(({ text }) => text);
    expect(texts.sort()).toEqual(shuffled(writer).sort());
  }
});
