/**
 * What recording a step costs: one exchange with two messages, a parse and three documents, on PostgreSQL with fsync.
 *
 * The floor is a transaction of five bare rows with the same texts; everything else is measured against it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStepledger } from '@stepledger/client';
import { recordExchangeInput, startRunInput } from '@stepledger/contract';
import { openDatabase } from '@stepledger/db';
import { startPostgres } from '@stepledger/postgres';
import { startServer } from '@stepledger/server';
import pg from 'pg';
import { type Contender, measure, print } from './measure.ts';

const dataDir = await mkdtemp(join(tmpdir(), 'stepledger-bench-'));
try {
  await using postgres = await startPostgres({ dataDir });
  await using server = await startServer({ database: { url: postgres.url() }, port: 0, logLevel: 'error' });
  await using database = await openDatabase({ url: postgres.url() });
  await using unnamed = await openDatabase({ url: postgres.url(), prepared: false });
  const floor = new pg.Pool({ connectionString: postgres.url() });
  try {
    await floor.query('CREATE TABLE bare (run uuid, seq int, body text)');
    const projectId = await database.store.findProject('default');
    if (projectId === null) throw new Error('The server made no default project');
    const scope = { projectId, actor: 'bench' };
    const services = { named: () => database.store.open(scope), unnamed: () => unnamed.store.open(scope) };
    const ledger = createStepledger({ url: server.url });
    const run = await services.named().runs.start(startRunInput.parse({ key: 'bench' }));

    const contenders: Contender[] = [
      { name: 'five bare rows', run: (turn) => insertBare(floor, run.runId, turn) },
      { name: 'exchanges.record', run: (turn) => services.named().exchanges.record(step(run.runId, turn)) },
      { name: '... not prepared', run: (turn) => services.unnamed().exchanges.record(step(run.runId, turn)) },
      { name: '... over HTTP', run: (turn) => ledger.exchanges.record(step(run.runId, turn)) },
    ];
    print('one writer', await measure(contenders, { rounds: 7, turnsPerRound: 100, writers: 1 }));

    const runs = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        services.named().runs.start(startRunInput.parse({ key: `bench-${i}` })),
      ),
    );
    const runOf = (turn: number): string => runs[turn % runs.length]?.runId ?? run.runId;
    const many: Contender[] = [
      { name: 'five bare rows', run: (turn) => insertBare(floor, runOf(turn), turn) },
      { name: 'exchanges.record', run: (turn) => services.named().exchanges.record(step(runOf(turn), turn)) },
      { name: '... over HTTP', run: (turn) => ledger.exchanges.record(step(runOf(turn), turn)) },
    ];
    print('eight writers in eight runs', await measure(many, { rounds: 5, turnsPerRound: 400, writers: 8 }));
  } finally {
    await floor.end();
  }
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

function insertBare(pool: pg.Pool, run: string, turn: number): Promise<unknown> {
  const { messages, response, documents } = texts(turn);
  const bodies = [...messages, response, ...documents].slice(-5);
  return pool.query({
    name: 'bare',
    text: 'INSERT INTO bare SELECT $1, i, body FROM unnest($2::text[]) WITH ORDINALITY AS b(body, i)',
    values: [run, bodies],
  });
}

function step(runId: string, turn: number) {
  const { messages, response, documents } = texts(turn);
  const kinds = ['requirement', 'design', 'subtask'];
  return recordExchangeInput.parse({
    runId,
    idempotencyKey: `bench-${process.pid}-${turn}`,
    step: { name: 'design_step', key: String(turn) },
    messages: messages.map((content, i) => ({ role: i === 0 ? 'system' : 'user', content })),
    response,
    documents: documents.map((text, i) => ({ kind: kinds[i] ?? 'document', key: String(turn), text })),
  });
}

/** About 14 KB of words that do not repeat from turn to turn. */
function texts(turn: number): { messages: string[]; response: string; documents: string[] } {
  const words = (label: string, count: number): string =>
    Array.from({ length: count }, (_, i) => `${label}${(turn * 7919 + i * 104_729) % 99_991}`).join(' ');
  return {
    messages: ['You are a careful software architect.', words('ask', 300)],
    response: words('answer', 500),
    documents: [words('requirement', 150), words('design', 200), words('subtask', 150)],
  };
}
