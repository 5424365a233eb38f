import { randomUUID } from 'node:crypto';
import { openDatabase } from '@stepledger/db';
import { expect, test } from 'vitest';
import { refusal } from './support/errors.ts';
import { openTestLedger } from './support/ledger.ts';
import { runSql } from './support/sql.ts';

const POOL_SIZE = 4;
const put = (n: number) => ({
  name: `prompt ${n}`,
  template: [{ role: 'user', text: `text ${n}` }],
  syntax: 'none',
  parameters: [],
});

test('the pool survives thirty connections that die in the middle of their work', async () => {
  await using ledger = await openTestLedger({ poolSize: POOL_SIZE });
  const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()`;
  let killed = 0;
  let writes = 0;
  let done = false;
  const writer = async () => {
    while (!done) {
      writes += 1;
      const error: unknown = await ledger
        .open()
        .prompts.put(put(writes))
        .catch((error: unknown) => error);
      // Those that were hit are told that a retry is safe, and nothing else.
      if (error instanceof Error) expect(error).toMatchObject({ name: 'LedgerError', code: 'UNAVAILABLE' });
    }
  };
  const writers = Promise.all(Array.from({ length: POOL_SIZE * 2 }, writer));
  while (killed < 30) killed += (await runSql(ledger.url, kill)).length;
  done = true;
  await writers;

  const results = await Promise.allSettled(
    Array.from({ length: 100 }, (_, n) =>
      ledger.open().workflows.define({
        name: `workflow ${n}`,
        steps: [{ name: 'a', kinds: [] }],
      }),
    ),
  );
  expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
});

test('a database that cannot be reached is UNAVAILABLE to readers and writers, without its address', async () => {
  await using database = await openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none' });
  const services = database.store.open({ projectId: randomUUID(), actor: 'test' });
  for (const call of [services.runs.list({ limit: 1 }), services.prompts.put(put(1))]) {
    const refused = await refusal(call);
    expect(refused.code).toBe('UNAVAILABLE');
    expect(JSON.stringify(refused)).not.toContain('127.0.0.1');
  }
});
