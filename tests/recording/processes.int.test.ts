import path from 'node:path';
import { RATE_LIMITED, SERVER_ERROR, startLlmEndpoint, startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { runProgram } from '../server/support/run-program.ts';
import { readExchanges } from './sdks/support/stored.ts';
import type { AgentOptions } from './support/agent.ts';
import { makeSpoolDirectory, readSpool } from './support/spool-directory.ts';

const MAIN = path.resolve(import.meta.dirname, 'support/agent.ts');
const timeout = 60_000;
/** Of a process that ended as soon as it had nothing more to send. */
const NO_TIMERS = '[]\n';

/** Runs an agent to its end; answers what it printed. */
async function runAgent(options: AgentOptions): Promise<string> {
  const program = runProgram({ main: MAIN, args: [JSON.stringify(options)] });
  expect(await program.exit(), program.stderr()).toBe(0);
  return program.stdout();
}

test('an agent that has made a recorded call and an execution ends by itself, and all of it is stored', {
  timeout,
}, async () => {
  await using server = await startTestServer();
  await using endpoint = await startLlmEndpoint();
  const agent = { url: server.url, llmUrl: endpoint.url, spool: makeSpoolDirectory(), prompt: 'Design it.' };

  expect(await runAgent({ ...agent, executes: true })).toBe(NO_TIMERS);

  const run = await server.ledger.run({ key: 'todo-app' });
  expect(await run.exchanges.list()).toMatchObject([{ status: 'completed' }, { status: 'completed' }]);
  expect((await run.documents.get('design')).text).toBe('A list of todos.');
});

test.each([
  ['an answer that may be asked for again', RATE_LIMITED],
  ['a refusal with a body', SERVER_ERROR],
])('%s keeps no process alive that does not ask again', { timeout }, async (_, behave) => {
  await using server = await startTestServer();
  await using endpoint = await startLlmEndpoint({ behave });
  const agent = { url: server.url, llmUrl: endpoint.url, spool: makeSpoolDirectory(), prompt: 'Design it.' };

  expect(await runAgent(agent)).toBe(NO_TIMERS);

  const [exchange] = await readExchanges(server.ledger, (await server.ledger.run({ key: 'todo-app' })).id);
  // Its lease is left to run out.
  expect(exchange).toMatchObject({ status: 'pending', attempts: [{ status: 'failed' }] });
});

test('what a process could not deliver before its end is delivered by the next, in front of its own', {
  timeout,
}, async () => {
  await using server = await startTestServer();
  await using endpoint = await startLlmEndpoint();
  const agent = { url: server.url, llmUrl: endpoint.url, spool: makeSpoolDirectory() };
  const run = await server.ledger.run({ key: 'todo-app' });

  await runAgent({ ...agent, prompt: 'first', isCut: true });
  await runAgent({ ...agent, prompt: 'second', isCut: true });
  expect(readSpool(agent.spool)).toHaveLength(4);
  expect(await run.exchanges.list()).toEqual([]);
  await runAgent({ ...agent, prompt: 'third' });

  const exchanges = await readExchanges(server.ledger, run.id);
  const seen = exchanges.map(({ messages, status }) => `${messages[0]?.content}: ${status}`);
  expect(seen).toEqual(['first: completed', 'second: completed', 'third: completed']);
  expect(readSpool(agent.spool)).toEqual([]);
  expect(endpoint.requests).toHaveLength(3);
});
