import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createStepledger } from '@stepledger/client';
import { startLlmEndpoint, startTestServer } from '@stepledger/testing';
import { expect, test, vi } from 'vitest';
import { expectExact, readExchanges } from '../recording/sdks/support/stored.ts';
import { startStoppableServer } from '../recording/support/stoppable-server.ts';
import { startHangingProxy } from './support/record/hanging-proxy.ts';
import { makeDirectory, record, upstreamFlags } from './support/record/programs.ts';
import { spawnCli } from './support/run-cli.ts';

/** A server goes away, comes back, and is waited for; on a machine busy with others. */
const SLOW_MS = 90_000;

const body = (content: string) => JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content }] });
/** Says that it is ready, and then asks once for each line that it is told. */
const SOURCE = `
  import { createInterface } from 'node:readline';
  console.log('ready', process.pid);
  for await (const line of createInterface(process.stdin)) {
    const headers = line.includes('elsewhere') ? { 'x-stepledger-run': 'elsewhere' } : {};
    const answer = await fetch(process.env.OPENAI_BASE_URL + '/chat/completions', { method: 'POST', headers, body: line });
    await answer.text();
    console.log(answer.status);
  }`;

test('while the server is away calls go on and their recordings wait on disk, for the next record in the directory', {
  timeout: SLOW_MS,
}, async () => {
  await using endpoint = await startLlmEndpoint();
  const server = await startStoppableServer();
  const cwd = makeDirectory();
  const args = [
    'record',
    ...upstreamFlags(endpoint.url),
    '--run',
    'away',
    '--',
    process.execPath,
    '--input-type=module',
    '-e',
    SOURCE,
  ];
  const child = spawnCli(args, { url: server.url, cwd });
  const closed = once(child, 'close');
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  if (child.stdout === null) throw new Error('no output');
  const said = createInterface(child.stdout)[Symbol.asyncIterator]();
  const hear = async () => String((await said.next()).value);

  expect(await hear()).toMatch(/^ready/);
  child.stdin?.write(`${body('before')}\n`);
  expect(await hear()).toBe('200');
  const ledger = createStepledger({ url: server.url, spool: false });
  const { id } = await ledger.runs.get({ key: 'away' });
  const isStored = async () => (await ledger.exchanges.list({ runId: id }).all())[0]?.status === 'completed';
  await vi.waitUntil(isStored, { timeout: 10_000 });
  await server.stop();
  for (const content of ['first', 'second', 'elsewhere']) {
    child.stdin?.write(`${body(content)}\n`);
    expect(await hear()).toBe('200');
  }
  child.stdin?.end();

  expect(await closed).toEqual([0, null]);
  expect(stderr).toContain(
    'waiting in .stepledger-spool: the next `stepledger record` in this directory delivers them',
  );
  expect(readdirSync(join(cwd, '.stepledger-spool')).some((name) => name.startsWith('calls'))).toBe(true);

  await server.start();
  const next = await record({
    url: server.url,
    llmUrl: endpoint.url,
    program: [process.execPath, '-e', ''],
    cwd,
  });

  expect(next.code).toBe(0);
  const exchanges = await readExchanges(ledger, id);
  expect(exchanges.map(({ messages, status }) => [messages[0]?.content, status])).toEqual([
    ['before', 'completed'],
    ['first', 'completed'],
    ['second', 'completed'],
    ['elsewhere', 'completed'],
  ]);
  // Its run could not be had, so it is where it can be found, and says where it belongs.
  expect(stderr).toContain('run "elsewhere" could not be had, so its calls are in "away"');
  expect(exchanges.map(({ metadata }) => metadata)).toEqual([
    {},
    {},
    {},
    { 'x-stepledger-run': 'elsewhere' },
  ]);
  for (const [index, { attempts }] of exchanges.entries()) {
    await expectExact(ledger, attempts[0], endpoint.requests[index]);
  }
});

test('a server that takes a recording and never answers keeps nobody waiting after Ctrl-C, and loses nothing', {
  timeout: SLOW_MS,
}, async () => {
  await using endpoint = await startLlmEndpoint();
  await using server = await startTestServer();
  await using between = await startHangingProxy(server.url, /exchanges\.complete/);
  const cwd = makeDirectory();
  const args = [
    'record',
    ...upstreamFlags(endpoint.url),
    '--run',
    'hanging',
    '--',
    process.execPath,
    '--input-type=module',
    '-e',
    SOURCE,
  ];
  const child = spawnCli(args, { url: between.url, cwd });
  const closed = once(child, 'close');
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  if (child.stdout === null) throw new Error('no output');
  const said = createInterface(child.stdout)[Symbol.asyncIterator]();
  const pid = Number(/^ready (\d+)$/.exec(String((await said.next()).value))?.[1]);
  child.stdin?.end(`${body('Design.')}\n`);
  await between.hanging;
  // Until the program has ended, an interrupt would be for it.
  await vi.waitUntil(() => !isAlive(pid), { timeout: 30_000 });
  child.kill('SIGINT');

  expect(await closed).toEqual([0, null]);
  expect(stderr).toContain('1 call of the ledger waiting in .stepledger-spool');
  // Delivered to the same server by the same way, which answers now.
  between.answerAgain();
  await record({ url: between.url, llmUrl: endpoint.url, program: [process.execPath, '-e', ''], cwd });
  const { id } = await server.ledger.runs.get({ key: 'hanging' });
  const [exchange] = await readExchanges(server.ledger, id);
  expect(exchange?.status).toBe('completed');
  await expectExact(server.ledger, exchange?.attempts[0], endpoint.requests[0]);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
