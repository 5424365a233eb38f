import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createStepledger, type Stepledger } from '@stepledger/client';
import { expect, onTestFinished, test } from 'vitest';
import { type Program, runProgram } from '../server/support/run-program.ts';

/** Three starts of a server with its database, one of them making it, on a busy machine. */
const SLOW_MS = 240_000;
const WRITERS = 6;
const WRITES = 24;

async function makeDataDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'stepledger-killed-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 }));
  return join(dir, 'data');
}

const start = (dataDir: string, port: number): Program =>
  runProgram({ env: { STEPLEDGER_DATA_DIR: dataDir, PORT: `${port}`, LOG_LEVEL: 'fatal' } });

async function killServer(program: Program): Promise<void> {
  program.process.kill('SIGKILL');
  await program.exit();
}

async function killDatabase(dataDir: string): Promise<void> {
  const [pid] = (await readFile(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8')).split('\n');
  process.kill(Number(pid), 'SIGKILL');
}

interface Acknowledged {
  input: Parameters<Stepledger['documents']['put']>[0];
  receipt: Awaited<ReturnType<Stepledger['documents']['put']>>;
}

/** Saves one document again and again, each time on the version before: a write lost or done twice would show. */
async function write(
  ledger: Stepledger,
  { runId, writer, acknowledged }: { runId: string; writer: number; acknowledged: Acknowledged[] },
): Promise<void> {
  for (let version = 1; version <= WRITES; version++) {
    const input = {
      idempotencyKey: `${writer} ${version}`,
      runId,
      step: { name: 'code_step', key: `${version % 3}` },
      kind: 'code',
      key: `${writer}`,
      text: `version ${version}\0 by ${writer}`,
      expectedVersion: version - 1,
    };
    acknowledged.push({ input, receipt: await ledger.documents.put(input) });
  }
}

test('what was acknowledged survives kill -9 of the server and of the database, and is there once', {
  timeout: SLOW_MS,
}, async () => {
  const dataDir = await makeDataDir();
  const first = start(dataDir, 0);
  const url = await first.ready();
  const port = Number(new URL(url).port);
  // Patient enough to sit out two restarts.
  const retry = { attempts: 1000, minDelayMs: 20, maxDelayMs: 200 };
  const ledger = createStepledger({ url, retry, timeoutMs: SLOW_MS });
  const { id: runId } = await ledger.run({ key: 'killed' });
  const acknowledged: Acknowledged[] = [];
  const reached = async (share: number) => {
    while (acknowledged.length < share * WRITERS * WRITES) await sleep(2);
  };

  const writing = Promise.all(
    Array.from({ length: WRITERS }, (_, writer) => write(ledger, { runId, writer, acknowledged })),
  );
  const killing = async () => {
    await reached(1 / 3);
    await killServer(first);
    const second = start(dataDir, port);
    await second.ready();
    await reached(2 / 3);
    await killDatabase(dataDir);
    // It cannot go on without the database that it owns, so it is started again.
    await killServer(second);
    const third = start(dataDir, port);
    await third.ready();
    return third;
  };
  const [third] = await Promise.all([killing(), writing]);

  const total = WRITERS * WRITES;
  expect(acknowledged).toHaveLength(total);
  const entries = await ledger.entries.list({ runId, limit: 500 });
  expect(entries.items.map(({ revision }) => revision)).toEqual(
    Array.from({ length: total + 1 }, (_, index) => index + 1),
  );
  const { items: heads } = await ledger.documents.list({ runId });
  expect(heads).toHaveLength(WRITERS);
  for (const { id, key } of heads) {
    const { items } = await ledger.documents.history({ documentId: id, withText: true });
    expect(items.map(({ text }) => text)).toEqual(
      Array.from({ length: WRITES }, (_, index) => `version ${index + 1}\0 by ${key}`),
    );
  }

  // Sent again, each write answers what it answered then, and changes nothing.
  const again = await Promise.all(acknowledged.map(({ input }) => ledger.documents.put(input)));
  expect(again).toEqual(acknowledged.map(({ receipt }) => receipt));
  expect((await ledger.runs.get({ runId })).revision).toBe(total + 1);
  third.process.kill('SIGTERM');
  expect(await third.exit()).toBe(0);
});
