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
import { recordExchangeInput, type Services, startRunInput } from '@stepledger/contract';
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
  const pool = new pg.Pool({ connectionString: postgres.url() });
  // The server is stopped before the pool has closed its connections.
  pool.on('error', () => undefined);
  try {
    const empty = await measureTables(pool);
    const conversation = await startConversation(() => database.store.open({ projectId, actor: 'bench' }));
    await conversation.speak(TURNS / 2);
    const half = difference(await measureTables(pool), empty);
    await conversation.speak(TURNS / 2);
    const all = difference(await measureTables(pool), empty);
    print(half, all, conversation.bodies);
    console.log(`${await conversation.countSame()} of ${TURNS} bodies came back byte for byte`);
  } finally {
    await pool.end();
  }
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

async function startConversation(open: () => Services) {
  const { runId } = await open().runs.start(startRunInput.parse({ key: 'conversation' }));
  const messages: { role: string; content: string }[] = [];
  const bodies: Buffer[] = [];
  const exchangeIds: string[] = [];
  return {
    bodies,
    async speak(turns: number): Promise<void> {
      for (let turn = 0; turn < turns; turn++) {
        messages.push({ role: 'user', content: letters(`question ${messages.length}`) });
        const body = Buffer.from(JSON.stringify({ model: 'gpt-5', messages, stream: true }));
        const response = letters(`answer ${messages.length}`);
        const call = {
          runId,
          step: { name: 'chat_step' },
          messages,
          response,
          attempts: [{ status: 'completed', request: { base64: body.toString('base64') } }],
        };
        const { exchangeId } = await open().exchanges.record(recordExchangeInput.parse(call));
        messages.push({ role: 'assistant', content: response });
        bodies.push(body);
        exchangeIds.push(exchangeId);
      }
    },
    async countSame(): Promise<number> {
      let same = 0;
      for (const [turn, exchangeId] of exchangeIds.entries()) {
        const { attempts } = await open().exchanges.get({ withPrompt: true, withResponse: true, exchangeId });
        const { bytes } = await open().blobs.get({ id: attempts[0]?.request?.id ?? '' });
        if (bodies[turn]?.equals(bytes)) same += 1;
      }
      return same;
    },
  };
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

function print(half: Sizes, all: Sizes, bodies: readonly Buffer[]): void {
  const whole = bodies.reduce((sum, { length }) => sum + length, 0);
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

/** Letters that depend on the seed alone. */
function letters(seed: string): string {
  let text = '';
  for (let n = 0; text.length < MESSAGE_BYTES; n++) {
    text += createHash('sha256').update(`${seed} ${n}`).digest('base64url');
  }
  return text.slice(0, MESSAGE_BYTES);
}
