/**
 * What 100 turns of a conversation take when each request body is recorded: a loop that sends its whole history again
 * with every turn, two messages of 4 KB more each time, against what the bodies would take if each were stored whole.
 *
 * The texts are as hard to compress as random letters: what is saved is saved by storing equal parts once.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordExchangeInput, startRunInput } from '@stepledger/contract';
import { openDatabase } from '@stepledger/db';
import { startPostgres } from '@stepledger/postgres';
import pg from 'pg';

const TURNS = 100;
const MESSAGE_BYTES = 4096;
const TABLES = ['message', 'exchange', 'exchange_attempt', 'entry', 'step', 'blob', 'chunk', 'chunk_child'];

const dataDir = await mkdtemp(join(tmpdir(), 'stepledger-bench-'));
try {
  await using postgres = await startPostgres({ dataDir });
  await using database = await openDatabase({ url: postgres.url() });
  await database.migrate();
  const { id: projectId } = await database.ensureProject({ slug: 'bench', name: 'Bench' });
  const open = () => database.store.open({ projectId, actor: 'bench' });
  const { runId } = await open().runs.start(startRunInput.parse({ key: 'conversation' }));
  const pool = new pg.Pool({ connectionString: postgres.url() });
  // The server is stopped before the pool has closed its connections.
  pool.on('error', () => undefined);
  try {
    const before = await measureTables(pool);
    const messages: { role: string; content: string }[] = [];
    const bodies: Buffer[] = [];
    let half: Sizes = {};
    for (let turn = 0; turn < TURNS; turn++) {
      messages.push({ role: 'user', content: letters(`question ${turn}`) });
      const body = Buffer.from(JSON.stringify({ model: 'gpt-5', messages, stream: true }));
      bodies.push(body);
      const response = letters(`answer ${turn}`);
      await open().exchanges.record(
        recordExchangeInput.parse({
          runId,
          step: { name: 'chat_step' },
          messages,
          response,
          attempts: [{ status: 'completed', request: { base64: body.toString('base64') } }],
        }),
      );
      messages.push({ role: 'assistant', content: response });
      if (turn + 1 === TURNS / 2) half = difference(await measureTables(pool), before);
    }
    const all = difference(await measureTables(pool), before);
    const whole = bodies.reduce((sum, { length }) => sum + length, 0);
    print(half, all, whole);
    await compare(pool, bodies, async (id) => (await open().blobs.get({ id })).bytes);
  } finally {
    await pool.end();
  }
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

type Sizes = Record<string, { rows: number; bytes: number }>;

/** Rows and bytes on disk, with indexes and TOAST. */
async function measureTables(pool: pg.Pool): Promise<Sizes> {
  const sizes: Sizes = {};
  for (const table of TABLES) {
    const { rows } = await pool.query<{ rows: number; bytes: number }>(
      `SELECT (SELECT count(*)::int FROM ${table}) AS rows, pg_total_relation_size('${table}')::int AS bytes`,
    );
    if (rows[0]) sizes[table] = rows[0];
  }
  return sizes;
}

function difference(after: Sizes, before: Sizes): Sizes {
  return Object.fromEntries(
    Object.entries(after).map(([table, { rows, bytes }]) => [
      table,
      { rows: rows - (before[table]?.rows ?? 0), bytes: bytes - (before[table]?.bytes ?? 0) },
    ]),
  );
}

function print(half: Sizes, all: Sizes, whole: number): void {
  const total = (sizes: Sizes, what: 'rows' | 'bytes') =>
    Object.values(sizes).reduce((sum, size) => sum + size[what], 0);
  const line = (rows: number, bytes: number) => ({ rows, KiB: Math.round(bytes / 1024) });
  console.log(`\n${TURNS} turns, 2 messages of ${MESSAGE_BYTES} bytes each, with request bodies`);
  console.table({
    ...Object.fromEntries(Object.entries(all).map(([table, { rows, bytes }]) => [table, line(rows, bytes)])),
    'all tables': line(total(all, 'rows'), total(all, 'bytes')),
    'after half the turns': line(total(half, 'rows'), total(half, 'bytes')),
    'the bodies, whole': { rows: TURNS, KiB: Math.round(whole / 1024) },
  });
}

async function compare(
  pool: pg.Pool,
  bodies: readonly Buffer[],
  read: (id: string) => Promise<Uint8Array>,
): Promise<void> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT encode(a.request_sha256, 'hex') || '.' || a.request_encoding AS id
    FROM exchange e JOIN exchange_attempt a ON a.exchange_id = e.id ORDER BY e.opened_revision`,
  );
  const read_ = await Promise.all(rows.map(({ id }) => read(id)));
  const same = bodies.filter((body, turn) => Buffer.compare(body, read_[turn] ?? Buffer.alloc(0)) === 0);
  console.log(`${same.length} of ${bodies.length} bodies came back byte for byte`);
}

/** Letters that depend on the seed alone. */
function letters(seed: string): string {
  let text = '';
  for (let n = 0; text.length < MESSAGE_BYTES; n++) {
    text += createHash('sha256').update(`${seed} ${n}`).digest('base64url');
  }
  return text.slice(0, MESSAGE_BYTES);
}
