import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openFileSpool } from '@stepledger/client/links';
import { expect, onTestFinished, test } from 'vitest';
import { type Program, runProgram } from '../server/support/run-program.ts';
import type { AgentOptions } from './support/agent.ts';
import { callOf, IDENTITY } from './support/calls.ts';

/** Ten processes start on a busy machine of two cores. */
const SLOW_MS = 120_000;
const MAIN = path.resolve(import.meta.dirname, 'support/agent.ts');

function makePlace() {
  const place = mkdtempSync(path.join(tmpdir(), 'stepledger-spool-'));
  onTestFinished(() => rmSync(place, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 }));
  return { directory: path.join(place, 'spool'), start: path.join(place, 'start') };
}

const run = (options: AgentOptions): Program => runProgram({ main: MAIN, args: [JSON.stringify(options)] });
const linesOf = (program: Program) => program.stdout().split('\n').slice(0, -1);
const filesIn = (directory: string) => readdirSync(directory).filter((name) => name !== '.gitignore');

/** Waits until it has printed so many lines. */
async function printed(program: Program, count: number): Promise<void> {
  while (linesOf(program).length < count) {
    if (program.process.exitCode !== null) throw new Error(`It ended before:\n${program.stderr()}`);
    await sleep(1);
  }
}

async function kill(program: Program): Promise<void> {
  program.process.kill('SIGKILL');
  await program.exit();
}

/** Appends in processes that are killed, each after another number of calls; answers how many each had kept. */
async function leave(directory: string, kills: readonly number[]): Promise<Map<string, number>> {
  const kept = await Promise.all(
    kills.map(async (count, index) => {
      const agent = `agent${index}`;
      const program = run({ mode: 'append', directory, agent });
      await printed(program, count);
      await kill(program);
      return [agent, linesOf(program).length] as const;
    }),
  );
  return new Map(kept);
}

/** The numbers of each agent's calls, in the order in which they were delivered. */
function byAgent(programs: readonly Program[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const line of programs.flatMap(linesOf)) {
    const [agent, number] = line.split(':');
    if (agent === undefined || number === undefined) continue;
    found.set(agent, [...(found.get(agent) ?? []), Number(number)]);
  }
  return found;
}

/** All that was kept and, where the kill met the answer, the call after it. */
function expectComplete(numbers: readonly number[] = [], kept = 0): void {
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => index + 1));
  expect([kept, kept + 1]).toContain(numbers.length);
}

test('what was kept when its process was killed is delivered by another one, whole and in order', {
  timeout: SLOW_MS,
}, async () => {
  const { directory } = makePlace();
  const kept = await leave(directory, [1, 3, 7, 9, 10, 11, 19, 20, 29, 40]);

  const deliverer = run({ mode: 'deliver', directory, agent: '' });
  expect(await deliverer.exit()).toBe(0);

  const delivered = byAgent([deliverer]);
  for (const [agent, count] of kept) expectComplete(delivered.get(agent), count);
  const total = [...delivered.values()].flat().length;
  expect(linesOf(deliverer).at(-1)).toBe(`delivered ${total}, pending 0, rejected 0`);
  expect(filesIn(directory)).toEqual([]);
});

test('two processes that take over at once deliver all of it, each file by one of them', {
  timeout: SLOW_MS,
}, async () => {
  const { directory, start } = makePlace();
  const kept = await leave(directory, [1, 2, 3, 4, 5, 6, 7, 8]);

  const both = ['a', 'b'].map((agent) => run({ mode: 'deliver', directory, agent, start }));
  await Promise.all(both.map((program) => printed(program, 1)));
  writeFileSync(start, '');
  expect(await Promise.all(both.map((program) => program.exit()))).toEqual([0, 0]);

  const delivered = byAgent(both);
  for (const [agent, count] of kept) expectComplete(delivered.get(agent), count);
  expect(filesIn(directory)).toEqual([]);
});

test('processes that are killed while they deliver leave the rest to the next', {
  timeout: SLOW_MS,
}, async () => {
  const { directory } = makePlace();
  const kept = await leave(directory, [12, 15]);
  const killed: Program[] = [];
  for (const most of [1, 6, 14]) {
    const deliverer = run({ mode: 'deliver', directory, agent: '', most });
    await printed(deliverer, most);
    await kill(deliverer);
    killed.push(deliverer);
  }

  const last = run({ mode: 'deliver', directory, agent: '' });
  expect(await last.exit()).toBe(0);

  for (const [agent, count] of kept) {
    const numbers = byAgent([...killed, last]).get(agent) ?? [];
    expectComplete(
      [...new Set(numbers)].toSorted((a, b) => a - b),
      count,
    );
    // Each sends in order, from where the one before is known to have been or earlier.
    for (const program of [...killed, last]) {
      const sent = byAgent([program]).get(agent) ?? [];
      expect(sent).toEqual(sent.map((_, index) => (sent[0] ?? 0) + index));
    }
  }
  expect(filesIn(directory)).toEqual([]);
});

test("a living process's file is left alone until the process is killed", { timeout: SLOW_MS }, async () => {
  const { directory } = makePlace();
  const living = run({ mode: 'hold', directory, agent: 'living' });
  await printed(living, 1);
  const before = filesIn(directory);
  const spool = openFileSpool({ directory, identity: IDENTITY });
  onTestFinished(() => spool.close());
  const sent: unknown[] = [];
  const send = async (call: unknown) => {
    sent.push(call);
    return 'delivered' as const;
  };

  await spool.deliver(send);
  expect(sent).toEqual([]);
  expect(filesIn(directory)).toEqual(before);

  await kill(living);
  await spool.deliver(send);
  expect(sent).toEqual([callOf('living', 1)]);
});
