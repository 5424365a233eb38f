import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { createStepledger, type Entry, type Stepledger } from '@stepledger/client';
import { createTestDatabase, startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { runProgram } from '../server/support/run-program.ts';
import { runCli, spawnCli } from './support/run-cli.ts';

vi.setConfig({ testTimeout: 120_000 });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** A run in which a step fails, and two documents are written by two actors. */
async function writeRun(key: string): Promise<string> {
  const { ledger, url } = server;
  const { id: runId } = await ledger.run({ key, goal: 'Ship it' });
  const step = { name: 'code', key: '1' };
  const other = createStepledger({ url, spool: false, actor: 'bob' });
  await ledger.documents.put({ runId, step, kind: 'design', text: 'v1' });
  await other.documents.put({ runId, step: { name: 'code', key: '2' }, kind: 'notes', text: 'v1' });
  await ledger.steps.fail({ runId, step, error: 'Out of tokens' });
  await other.documents.put({ runId, kind: 'design', text: 'v2' });
  return runId;
}

/** Follows as a process: its lines as they come, and how it ends. */
function follow(args: readonly string[], url: string) {
  const child = spawnCli(['tail', ...args], { url });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const lines: string[] = [];
  const { stdin, stdout } = child;
  stdin?.end();
  if (!stdout) throw new Error('It has no output');
  createInterface({ input: stdout }).on('line', (line) => lines.push(line));
  const closed = once(child, 'close');
  return {
    child,
    lines,
    said: () => said,
    async until(isThere: () => boolean): Promise<void> {
      const end = Date.now() + 60_000;
      while (!isThere()) {
        if (Date.now() > end || child.exitCode !== null) {
          throw new Error(
            `It never came, after ${lines.length} lines:\n${lines.slice(-3).join('\n')}\n${said}`,
          );
        }
        await sleep(20);
      }
    },
    async interrupt(): Promise<number | null> {
      child.kill('SIGINT');
      return (await closed)[0];
    },
  };
}

const toEntries = (lines: readonly string[]) => lines.map((line) => JSON.parse(line) as Entry);

test('tail tells the last entries in words, then each as it comes, and Ctrl-C is no failure', async () => {
  const runId = await writeRun('in-words');
  const tail = follow(['in-words', '-n', '4'], server.url);
  await tail.until(() => tail.lines.length === 4);
  await server.ledger.runs.complete({ runId });
  await tail.until(() => tail.lines.length === 5);
  expect(tail.lines.map((line) => line.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}/, ''))).toEqual([
    'in-words r2  local  documents.put  step started, design@1 created [code:1]',
    'in-words r3  bob  documents.put  step started, notes@1 created [code:2]',
    'in-words r4  local  steps.fail  step failed [code:1]  error: Out of tokens',
    'in-words r5  bob  documents.put  design@2 saved',
    'in-words r6  local  runs.complete  run completed',
  ]);
  expect(await tail.interrupt()).toBe(0);
  expect(tail.said()).toBe('');
});

test('entries are filtered, from a revision, a time, or the last ones that match', async () => {
  const runId = await writeRun('filtered');
  const all = await server.ledger.entries.list({ runId }).all();
  const revisions = async (...args: string[]) => {
    const { code, stdout } = await runCli(['tail', 'filtered', '--no-follow', '--json', ...args], {
      url: server.url,
    });
    const entries = toEntries(stdout.split('\n').filter(Boolean));
    expect(code).toBe(0);
    for (const entry of entries) expect(entry).toEqual(all[entry.revision - 1]);
    return entries.map(({ revision }) => revision);
  };
  expect(await revisions()).toEqual([1, 2, 3, 4, 5]);
  expect(await revisions('--from', '4')).toEqual([4, 5]);
  expect(await revisions('--since', all[2]?.at ?? '', '--actor', 'bob')).toEqual([5]);
  expect(await revisions('--since', '1h', '--step', 'code')).toEqual([2, 3, 4]);
  expect(await revisions('--step', 'code:1', '--errors')).toEqual([4]);
  expect(await revisions('-n', '1', '--kind', 'notes')).toEqual([3]);
  expect(await revisions('-n', '0')).toEqual([]);
});

test('the whole project is followed over all its runs, each entry once', async () => {
  await using own = await startTestServer();
  const [first, second] = [await own.ledger.run({ key: 'first' }), await own.ledger.run({ key: 'second' })];
  await first.update({ goal: 'again' });
  const tail = follow(['--json'], own.url);
  await tail.until(() => tail.lines.length === 3);
  // A fork repeats nothing of what it was made from.
  const fork = await second.fork({ key: 'other-way' });
  await fork.update({ goal: 'another way' });
  await second.update({ goal: 'again' });
  await tail.until(() => tail.lines.length === 6);
  const names = new Map([first, second, fork].map(({ id, key }) => [id, key]));
  const seen = toEntries(tail.lines).map(({ runId, revision }) => `${names.get(runId)} r${revision}`);
  expect(seen.slice(0, 3)).toEqual(['first r1', 'second r1', 'first r2']);
  expect(seen.slice(3).sort()).toEqual(['other-way r2', 'other-way r3', 'second r2']);
  expect(await tail.interrupt()).toBe(0);

  const past = await runCli(['tail', '--no-follow', '-n', '3'], { url: own.url });
  expect(past.stdout.match(/\S+ r\d+/g)).toEqual(['other-way r2', 'other-way r3', 'second r2']);
  const since = await runCli(['tail', '--no-follow', '--since', '1h', '--kind', 'runs.start'], {
    url: own.url,
  });
  expect(since.stdout.match(/\S+ r\d+/g)).toEqual(['first r1', 'second r1']);
});

test('what cannot be followed is said, with what to do', async () => {
  const { url } = server;
  const fail = async (args: string[], at: string = url) => {
    const { code, stderr } = await runCli(['tail', ...args], { url: at });
    return `${code} ${stderr}`;
  };
  expect(await fail(['no-such-run'])).toMatch(/^3 .*no-such-run/);
  expect(await fail(['--from', '3'])).toMatch(/^2 .*--from needs a run/);
  expect(await fail(['x', '--from', '3', '-n', '2'])).toMatch(/^2 .*--from and --lines/);
  expect(await fail(['x', '--since', 'lately'])).toMatch(/^2 .*such as/s);
  expect(await fail([], 'http://127.0.0.1:9')).toMatch(/^6 /);
});

/** Writes to two runs until it is stopped, through a client that waits for servers that are away. */
function startWriters(ledger: Stepledger, runIds: readonly string[]) {
  const stop = new AbortController();
  const written = Promise.all(
    runIds.map(async (runId) => {
      for (let number = 0; !stop.signal.aborted; number++) {
        await ledger.documents.put({
          runId,
          step: { name: 'code' },
          kind: 'code',
          key: `${number % 7}`,
          text: `${number}`,
        });
      }
    }),
  );
  return async () => {
    stop.abort();
    await written;
  };
}

test('a server that is killed or stopped and comes back is waited for: each entry once, in order', async () => {
  await using database = await createTestDatabase();
  const start = async (port: number) => {
    const program = runProgram({ env: { DATABASE_URL: database.url, PORT: `${port}`, LOG_LEVEL: 'fatal' } });
    return { program, url: await program.ready() };
  };
  let { program, url } = await start(0);
  const retry = { attempts: 1000, minDelayMs: 20, maxDelayMs: 200 };
  const ledger = createStepledger({ url, spool: false, retry });
  const runs = [await ledger.run({ key: 'first' }), await ledger.run({ key: 'second' })];
  const runIds = runs.map(({ id }) => id);
  const ofRun = follow(['first', '--from', '1', '--json'], url);
  const ofProject = follow(['--json', '--step', 'code', '--since', '1h'], url);
  const inWords = follow(['first', '--from', '1'], url);
  const tails = [ofRun, ofProject, inWords];
  const stopWriters = startWriters(ledger, runIds);
  await ofProject.until(() => tails.every(({ lines }) => lines.length > 20));

  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGKILL'] as const) {
    program.process.kill(signal);
    await program.exit();
    ({ program } = await start(Number(new URL(url).port)));
    const before = tails.map(({ lines }) => lines.length);
    for (const [index, tail] of tails.entries()) {
      await tail.until(() => tail.lines.length > (before[index] ?? 0) + 20);
    }
  }
  await stopWriters();

  const [first = [], second = []] = await Promise.all(
    runIds.map((runId) => ledger.entries.list({ runId }).all()),
  );
  await ofProject.until(
    () =>
      ofRun.lines.length >= first.length &&
      inWords.lines.length >= first.length &&
      ofProject.lines.length >= first.length + second.length - runs.length,
  );
  for (const tail of tails) expect(await tail.interrupt()).toBe(0);
  expect(toEntries(ofRun.lines)).toEqual(first);
  expect(inWords.lines.map((line) => Number(/first r(\d+) /.exec(line)?.[1]))).toEqual(
    first.map(({ revision }) => revision),
  );
  const project = toEntries(ofProject.lines);
  for (const [index, runId] of runIds.entries()) {
    const written = ([first, second][index] ?? []).filter(({ kind }) => kind === 'documents.put');
    expect(project.filter((entry) => entry.runId === runId)).toEqual(written);
  }
  expect(project).toHaveLength(first.length + second.length - runs.length);
  for (const tail of tails) {
    expect(tail.said()).toContain('The connection is lost');
    expect(tail.said()).toMatch(/The connection is back; nothing was missed\.\s*$/);
  }
});

test('Ctrl-C before the server has answered is a clean end too', async () => {
  const silent = createServer(() => void child.kill('SIGINT')).listen(0, '127.0.0.1');
  onTestFinished(() => void silent.close());
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const child = spawnCli(['tail', 'any'], { url: `http://127.0.0.1:${port}` });
  const stderr: Buffer[] = [];
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  const [code] = await once(child, 'close');
  expect(`${code} ${Buffer.concat(stderr)}`).toBe('0 ');
});
