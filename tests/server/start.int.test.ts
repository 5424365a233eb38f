import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPostgres } from '@stepledger/postgres';
import { StartError, startServer } from '@stepledger/server';
import { createTestDatabase, startTestServer } from '@stepledger/testing';
import { expect, onTestFinished, test } from 'vitest';
import { createKeptLog } from './support/log.ts';
import { runProgram } from './support/run-program.ts';
import { call, send } from './support/send.ts';

/** Each run of the program loads all of it, which takes seconds where all cores are busy. */
const SLOW = { timeout: 120_000 };

async function refusal(starting: Promise<AsyncDisposable>): Promise<StartError> {
  const error: unknown = await starting.then(
    (server) => server[Symbol.asyncDispose](),
    (reason: unknown) => reason,
  );
  if (!(error instanceof StartError)) throw new Error('expected a StartError');
  return error;
}

test('beyond loopback it refuses to start without a key, says how to make one, and starts with one', async () => {
  const { url } = await createTestDatabase();
  const open = { database: { url }, host: '0.0.0.0', port: 0, logLevel: 'silent' } as const;
  const refused = await refusal(startServer(open));
  expect(refused.code).toBe('KEY_NEEDED');
  for (const way of [
    'keys create --instance',
    'keys create --project',
    'STEPLEDGER_INSTANCE_KEY',
    'HOST=127.0.0.1',
  ]) {
    expect(refused.message).toContain(way);
  }

  await using first = await startServer({ ...open, instanceKey: 'an-instance-key-of-the-environment' });
  const authorization = 'Bearer an-instance-key-of-the-environment';
  expect((await call(first.url, 'projects.list', {})).status).toBe(401);
  const made = await call(first.url, 'apiKeys.create', { name: 'agent' }, { authorization });
  expect(made.status).toBe(200);

  await using second = await startServer(open);
  expect((await call(second.url, 'projects.list', {})).status).toBe(401);
});

test('on loopback the default project is there from the start, and no key is needed', async () => {
  await using server = await startTestServer();
  expect((await call(server.url, 'projects.list', {})).json).toMatchObject({
    result: { data: { items: [{ slug: 'default' }] } },
  });
});

test('five servers start at once on one empty database', async () => {
  const { url } = await createTestDatabase();
  const starts = Array.from({ length: 5 }, () => startTestServer({ databaseUrl: url }));
  const servers = await Promise.all(starts);
  const answers = await Promise.all(servers.map((server) => call(server.url, 'projects.list', {})));
  expect(
    answers.map(({ json }) => (json as { result: { data: { items: unknown[] } } }).result.data.items.length),
  ).toEqual([1, 1, 1, 1, 1]);
  await Promise.all(servers.map((server) => server.close()));
});

test('a database that cannot be reached is named without its password', async () => {
  const starting = startServer({
    database: { url: 'postgres://agent:hunter2@127.0.0.1:1/ledger' },
    port: 0,
    logLevel: 'silent',
  });
  const refused = await refusal(starting);
  expect(refused.code).toBe('DATABASE');
  expect(refused.message).toContain('ledger at 127.0.0.1:1');
  expect(refused.message).not.toContain('hunter2');
});

test('a database that is lost makes it alive but not ready, and its calls UNAVAILABLE', SLOW, async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'stepledger-lost-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  await using postgres = await startPostgres({ dataDir: path.join(dir, 'data'), durable: false });
  const log = createKeptLog();
  await using server = await startTestServer({ databaseUrl: postgres.url(), logger: log.logger });
  expect((await call(server.url, 'system.stats', {})).status).toBe(200);
  await postgres.stop();

  expect((await send(`${server.url}/healthz`)).status).toBe(200);
  expect(await send(`${server.url}/readyz`)).toMatchObject({
    status: 503,
    json: { status: 'not ready', database: { reachable: false } },
  });
  const lost = await call(server.url, 'system.stats', {});
  expect(lost).toMatchObject({ status: 503, json: { error: { data: { ledger: { code: 'UNAVAILABLE' } } } } });
  expect(lost.body.toString() + log.text()).not.toMatch(/select|postgres:|\.s\.PGSQL/i);
});

test('a port that was named and is taken is a clear error, and what was begun is ended', async () => {
  const { url } = await createTestDatabase();
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void taken.close());
  const address = taken.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  const refused = await refusal(startServer({ database: { url }, port: address.port, logLevel: 'silent' }));
  expect(refused.code).toBe('PORT_TAKEN');
  expect(refused.message).toContain(`Port ${address.port} of 127.0.0.1 is taken`);
});

test('a start that is abandoned ends what it began', async () => {
  const { url } = await createTestDatabase();
  const signal = AbortSignal.abort(new Error('no longer wanted'));
  await expect(startServer({ database: { url }, port: 0, logLevel: 'silent', signal })).rejects.toThrow(
    'no longer wanted',
  );
});

test('the program tells every mistake of its environment at once and exits with 1', SLOW, async () => {
  const program = runProgram({
    env: { PORT: 'x', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://u:hunter2@h/d' },
  });
  expect(await program.exit()).toBe(1);
  expect(program.stderr()).toContain('3 environment variables are wrong:');
  expect(program.stderr()).not.toMatch(/hunter2|\n\s+at /);
});

test('the program says where it is, by --help, and of which version, by --version', SLOW, async () => {
  const [help, version] = [runProgram({ args: ['--help'] }), runProgram({ args: ['--version'] })];
  expect([await help.exit(), await version.exit()]).toEqual([0, 0]);
  expect(help.stdout()).toContain('Usage: stepledger-server');
  expect(version.stdout()).toMatch(/^\d+\.\d+\.\d+\n$/);
});
