import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createStepledger } from '@stepledger/client';
import { createTestDatabase } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { runProgram } from '../server/support/run-program.ts';
import { follow, take } from './support/follow.ts';

const READERS = 20;
/** A reader's share is 120 MB; the operating system keeps some of it on the way. */
const ENTRIES = 1200;
/** Far less than what the readers do not take. */
const HEAP_MB = 192;

/** Asks for a run's entries and then reads nothing. */
function stall(url: string, runId: string): void {
  const req = request(`${url}/trpc/entries.subscribe`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    agent: false,
  });
  req.on('response', (res) => void res.pause());
  // It is cut off by the server.
  req.on('error', () => undefined);
  req.end(JSON.stringify({ runId }));
}

test('readers who stall are cut off, cost the server no memory, and others go on', {
  timeout: 180_000,
}, async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const program = runProgram({
    env: { DATABASE_URL: databaseUrl, PORT: '0', NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` },
  });
  const url = await program.ready();
  const ledger = createStepledger({ url, spool: false });
  const run = await ledger.run({ key: 'large' });
  await using tables = await openTables(databaseUrl);
  const change = `jsonb_build_object('what', 'document', 'id', repeat('x', 36), 'change', 'create', 'version', 1)`;
  await tables.query(
    `INSERT INTO entry (project_id, run_id, revision, at, actor, kind, changes)
    SELECT project_id, id, n, last_at, 'test', 'documents.putMany',
      (SELECT jsonb_agg(${change}) FROM generate_series(1, 1000))
    FROM run, generate_series(2, $1::int) n`,
    [ENTRIES],
  );
  await tables.query('UPDATE run SET revision = $1', [ENTRIES]);

  for (let reader = 0; reader < READERS; reader++) stall(url, run.id);
  await using entries = follow(run.entries.subscribe({ fromRevision: ENTRIES - 20 }));
  expect((await take(entries, 21)).at(-1)?.revision).toBe(ENTRIES);
  const cutOff = () => program.stdout().split('"status":499').length - 1;
  while (cutOff() < READERS) {
    expect(program.process.exitCode, program.stderr()).toBeNull();
    await sleep(200);
  }

  await run.update({ goal: 'Goes on' });
  expect((await take(entries, 1))[0]?.revision).toBe(ENTRIES + 1);
});
