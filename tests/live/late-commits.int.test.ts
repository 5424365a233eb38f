import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestServer } from '@stepledger/testing';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { follow, take } from './support/follow.ts';

/** Makes the write of an idempotency key wait with its entry written and not committed, until it is let go. */
async function holdWrite(databaseUrl: string, idempotencyKey: string) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query('BEGIN');
  await client.query(
    `INSERT INTO request (project_id, key_hash, procedure, input_hash, result, at)
    SELECT id, $1, 'held', $1, '{}', now() FROM project`,
    [createHash('sha256').update(idempotencyKey).digest()],
  );
  return {
    async isWaiting() {
      const { rows } = await client.query('SELECT FROM pg_locks WHERE NOT granted');
      return rows.length > 0;
    },
    release: () => client.query('ROLLBACK'),
  };
}

test('an entry that is committed late is not skipped by who follows the project, nor does it hold up other runs', async () => {
  await using server = await startTestServer();
  const { ledger, databaseUrl } = server;
  const [late, early] = await Promise.all([ledger.run({ key: 'late' }), ledger.run({ key: 'early' })]);
  await using inProject = follow(ledger.entries.subscribe());
  await using inEarly = follow(early.entries.subscribe());
  await Promise.all([take(inProject, 2), take(inEarly, 1)]);
  const held = await holdWrite(databaseUrl, 'late');
  const writing = ledger.runs.update({ runId: late.id, goal: 'Late', idempotencyKey: 'late' });
  while (!(await held.isWaiting())) await sleep(10);

  await early.update({ goal: 'Early' });
  expect((await take(inEarly, 1))[0]?.revision).toBe(2);
  const next = take(inProject, 2);
  await held.release();
  await writing;

  // The late one began first, and the other one is not told before it is known what became of that.
  expect((await next).map(({ runId }) => runId)).toEqual([late.id, early.id]);
});
