import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { brokenLaws } from '../ledger/support/laws.ts';
import { KIB, letters, lines } from './support/texts.ts';

/** On a busy machine. */
const SLOW_MS = 120_000;
const TABLES = ['blob', 'chunk', 'chunk_child', 'message', 'exchange', 'exchange_attempt', 'entry', 'step'];

/** What the tables take on disk, with their indexes, and how many rows they have. */
async function measure(tables: Tables): Promise<{ bytes: number; rows: number }> {
  const [size] = await tables.query<{ bytes: number }>(
    'SELECT sum(pg_total_relation_size(name::regclass))::int AS bytes FROM unnest($1::text[]) AS t(name)',
    [TABLES],
  );
  const counts = await tables.count();
  return { bytes: size?.bytes ?? 0, rows: TABLES.reduce((sum, table) => sum + (counts[table] ?? 0), 0) };
}

/** The bytes of texts and bodies themselves, before any compression. */
async function storedBytes(tables: Tables): Promise<number> {
  const [stored] = await tables.query<{ bytes: number }>(
    `SELECT ((SELECT coalesce(sum(octet_length(bytes)), 0) FROM chunk)
      + (SELECT coalesce(sum(octet_length(coalesce(bytes, convert_to(content, 'UTF8')))), 0) FROM blob))::int AS bytes`,
  );
  return stored?.bytes ?? 0;
}

test('versions of a document of 1 MB that differ in a line take less than 5 % of it each', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const run = await server.ledger.run({ key: 'large document' });
  const text = lines('document', 1024 * KIB);
  const size = text.join('\n').length;
  const document = await run.documents.put({ kind: 'code', text: text.join('\n') });
  const places = [0, 1 / 3, 1 / 2, 1].map((share) => Math.floor(share * (text.length - 1)));

  for (const place of places) {
    const before = await storedBytes(tables);
    const rowsBefore = (await measure(tables)).rows;
    await document.update(text.toSpliced(place, 1, `line ${place} is another one`).join('\n'));
    expect((await storedBytes(tables)) - before, `line ${place}`).toBeLessThan(0.05 * size);
    expect((await measure(tables)).rows - rowsBefore, `line ${place}`).toBeLessThan(100);
  }

  expect(await brokenLaws(tables)).toEqual({});
});

test('a body that was stored before takes nothing at all', { timeout: SLOW_MS }, async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const run = await server.ledger.run({ key: 'again' });
  const text = letters('again', 200 * KIB);
  const first = await run.documents.put({ kind: 'code', key: 'first', text });
  const { blob, chunk, chunk_child } = await tables.count();

  await run.documents.put({ kind: 'code', key: 'second', text });
  await server.ledger.blobs.put(new TextEncoder().encode(text), { encoding: 'utf8' });
  await first.update('another');
  await first.update(text);

  expect(await tables.count()).toMatchObject({ blob: (blob ?? 0) + 1, chunk, chunk_child });
});

test('100 turns of a conversation with all their request bodies take what was said, not what was sent', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const run = await server.ledger.run({ key: 'conversation' });
  const empty = await measure(tables);
  const said: { role: string; content: string }[] = [];
  const bodies: Uint8Array<ArrayBuffer>[] = [];
  const speak = async (turns: number) => {
    for (let turn = 0; turn < turns; turn++) {
      said.push({ role: 'user', content: letters(`question ${said.length}`, 4 * KIB) });
      const body = new TextEncoder().encode(JSON.stringify({ model: 'm', messages: said, stream: true }));
      bodies.push(body);
      const response = letters(`answer ${said.length}`, 4 * KIB);
      await run.step('chat_step').record({
        prompt: said,
        response,
        attempts: [{ status: 'completed', request: body }],
      });
      said.push({ role: 'assistant', content: response });
    }
    return measure(tables);
  };

  const half = await speak(50);
  const all = await speak(50);

  const sent = bodies.reduce((sum, { length }) => sum + length, 0);
  expect(sent).toBeGreaterThan(40_000_000);
  expect(all.bytes - half.bytes).toBeLessThan(1.15 * (half.bytes - empty.bytes));
  expect(all.rows - half.rows).toBeLessThan(1.3 * (half.rows - empty.rows));
  // 0.8 MB were said, as messages and in bodies. None of it can be compressed; the rest is rows and indexes.
  expect(await storedBytes(tables)).toBeLessThan(2_500_000);
  expect(all.bytes - empty.bytes).toBeLessThan(4_000_000);

  const exchanges = await run.exchanges.list();
  expect(exchanges).toHaveLength(100);
  for (const { id } of exchanges) {
    const { attempts, messages } = await run.exchanges.get(id);
    const body = bodies[(messages.length - 1) / 2] ?? new Uint8Array();
    const read = await server.ledger.blobs.get(attempts[0]?.request?.id ?? '');
    expect(Buffer.compare(read, body), `of ${messages.length} messages`).toBe(0);
  }
  expect(await brokenLaws(tables)).toEqual({});
});
