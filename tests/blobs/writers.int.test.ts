import { createStepledger, type Stepledger } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { brokenLaws } from '../ledger/support/laws.ts';
import { KIB, letters } from './support/texts.ts';

/** On a busy machine. */
const SLOW_MS = 120_000;
const WRITERS = 16;

const PARTS = Array.from({ length: 8 }, (_, n) => letters(`part ${n}`, 25 * KIB));

/** Every second part is left out, or the order is another: large texts that have chunks and lists in common. */
function overlapping(writer: number): string {
  const turned = [...PARTS.slice(writer % PARTS.length), ...PARTS.slice(0, writer % PARTS.length)];
  return turned.slice(0, 2 + (writer % 6)).join('');
}

const encode = (text: string) => new TextEncoder().encode(text);

/** Clients of their own, so that the calls do not share HTTP requests; without retries, which would hide faults. */
function clientsOf({ url }: TestServer, count = WRITERS): Stepledger[] {
  return Array.from({ length: count }, () => createStepledger({ url, retry: false }));
}

/** A step with four large texts, some in more than one place. */
async function record(ledger: Stepledger, runId: string, writer: number) {
  return ledger.exchanges.record({
    runId,
    step: { name: 'code_step' },
    messages: [{ role: 'user', content: overlapping(writer) }],
    response: overlapping(writer + 1),
    attempts: [{ status: 'completed', request: encode(overlapping(writer + 2)) }],
    documents: [
      { kind: 'code', text: overlapping(writer + 1) },
      { kind: 'design', text: overlapping(writer + 3) },
    ],
  });
}

async function expectRecorded(ledger: Stepledger, runId: string, writer: number): Promise<void> {
  const { items } = await ledger.exchanges.list({ runId });
  const exchange = await ledger.exchanges.get({ exchangeId: items[0]?.id ?? '' });
  expect(exchange.messages[0]?.content === overlapping(writer)).toBe(true);
  expect(exchange.responseText === overlapping(writer + 1)).toBe(true);
  const body = await ledger.blobs.get(exchange.attempts[0]?.request?.id ?? '');
  expect(Buffer.compare(body, encode(overlapping(writer + 2)))).toBe(0);
  const documents = await ledger.documents.list({ runId, withText: true });
  const texts = new Map(documents.items.map(({ kind, text }) => [kind, text]));
  expect(texts.get('code') === overlapping(writer + 1)).toBe(true);
  expect(texts.get('design') === overlapping(writer + 3)).toBe(true);
}

/** Counted by PostgreSQL once its sessions have ended. */
async function countDeadlocks(server: TestServer, tables: Tables): Promise<number | undefined> {
  await server.close();
  const [row] = await tables.query<{ deadlocks: number }>(
    'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
  );
  return row?.deadlocks;
}

test('writers of large texts that overlap end without deadlock or error', { timeout: SLOW_MS }, async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);

  await Promise.all(
    clientsOf(server).map(async (ledger, writer) => {
      const { id } = await ledger.run({ key: `run ${writer}` });
      await Promise.all([
        record(ledger, id, writer),
        ledger.blobs.put(encode(overlapping(writer + 4))),
        ledger.blobs.put(encode(overlapping(writer + 1)), { encoding: 'utf8' }),
      ]);
      await expectRecorded(ledger, id, writer);
    }),
  );

  const { 'no blob is without a row that refers to it': _, ...broken } = await brokenLaws(tables);
  expect(broken).toEqual({});
  expect(await countDeadlocks(server, tables)).toBe(0);
});

test('purges and deleted runs take no chunk from those who write the same texts meanwhile, and leave none behind', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const clients = clientsOf(server);

  for (let round = 0; round < 4; round++) {
    const kept = await Promise.all(
      clients.map(async (ledger, writer) => {
        const run = await ledger.run({ key: `run ${round} ${writer}` });
        const { documents } = await record(ledger, run.id, writer);
        if (writer % 3 === 0) await run.delete();
        else if (writer % 3 === 1) {
          for (const { documentId } of documents) await ledger.documents.purge({ documentId, cascade: true });
        } else return run.id;
      }),
    );
    for (const [writer, runId] of kept.entries()) {
      const [ledger] = clients;
      if (runId && ledger) await expectRecorded(ledger, runId, writer);
    }
    expect(await brokenLaws(tables), `round ${round}`).toEqual({});
  }

  const { items } = await server.ledger.runs.list();
  for (const { id } of items) await server.ledger.runs.delete({ runId: id });
  expect(await tables.count()).toMatchObject({ run: 0, blob: 0, chunk: 0, chunk_child: 0 });
});
