import { setTimeout as sleep } from 'node:timers/promises';
import { createStepledger, type Stepledger } from '@stepledger/client';
import { createTestDatabase } from '@stepledger/testing';
import { expect, test, vi } from 'vitest';
import { type Program, runProgram } from '../server/support/run-program.ts';

vi.setConfig({ testTimeout: 300_000 });

const KILLS = 20;
const SUBSCRIBERS = 50;
const ENTRIES = 5000;
const RUNS = 5;
const WRITERS = 8;

interface Server {
  url: string;
  program: Program;
}

async function startOne(databaseUrl: string, port = 0): Promise<Server> {
  const program = runProgram({ env: { DATABASE_URL: databaseUrl, PORT: `${port}`, LOG_LEVEL: 'fatal' } });
  return { program, url: await program.ready() };
}

/** A client that comes to any of the servers with each request, as behind a load balancer. */
function createClient(servers: readonly Server[]): Stepledger {
  const fetchAny: typeof fetch = (input, init) => {
    const server = servers[Math.floor(Math.random() * servers.length)];
    return fetch(String(input).replace('http://ledger.test', server?.url ?? ''), init);
  };
  // Patient enough for servers that are down most of the time on a busy machine.
  const retry = { attempts: 1000, minDelayMs: 20, maxDelayMs: 200 };
  return createStepledger({ url: 'http://ledger.test', fetch: fetchAny, spool: false, retry });
}

test('50 subscribers of two servers that are killed 20 times see 5,000 entries, each once and in order', async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const servers = await Promise.all([startOne(databaseUrl), startOne(databaseUrl)]);
  const ledger = createClient(servers);
  const runs = await Promise.all(Array.from({ length: RUNS }, (_, n) => ledger.run({ key: `run-${n}` })));
  const [followed] = runs;
  if (!followed) throw new Error('There is no run');

  // Half of them follow one run, the others all. A client that never came to a server soon gives up, so that nothing is
  // killed before all have begun.
  let begun = 0;
  const subscribers = Array.from({ length: SUBSCRIBERS }, async (_, number) => {
    const seen: string[] = [];
    const { entries } = createClient(servers);
    const ofRun = number % 2 === 0;
    const expected = ofRun ? ENTRIES / RUNS : ENTRIES;
    for await (const { runId, revision } of entries.subscribe(ofRun ? { runId: followed.id } : {})) {
      seen.push(`${runId}@${revision}`);
      if (seen.length === 1) begun += 1;
      if (seen.length === expected) break;
    }
    return { ofRun, seen };
  });

  while (begun < SUBSCRIBERS) await sleep(10);

  // Written all the while: no faster than the kills go on.
  let kills = 0;
  let written = RUNS;
  const write = async () => {
    for (let number = written++; number < ENTRIES; number = written++) {
      while (number / ENTRIES > (kills + 1) / KILLS) await sleep(10);
      await runs[number % RUNS]?.update({ goal: `Goal ${number}` });
    }
  };
  const kill = async () => {
    for (; kills < KILLS; kills++) {
      const index = kills % servers.length;
      const { program, url } = servers[index] ?? (await startOne(databaseUrl));
      program.process.kill('SIGKILL');
      await program.exit();
      servers[index] = await startOne(databaseUrl, Number(new URL(url).port));
      await sleep(Math.random() * 300);
    }
  };
  await Promise.all([kill(), ...Array.from({ length: WRITERS }, write)]);

  const results = await Promise.all(subscribers);
  const gapless = Array.from({ length: ENTRIES / RUNS }, (_, index) => `${followed.id}@${index + 1}`);
  for (const { seen } of results.filter(({ ofRun }) => ofRun)) expect(seen).toEqual(gapless);
  const [first, ...others] = results.filter(({ ofRun }) => !ofRun);
  expect(new Set(first?.seen).size).toBe(ENTRIES);
  for (const { id } of runs) {
    const ofRun = first?.seen.filter((entry) => entry.startsWith(id));
    expect(ofRun).toEqual(gapless.map((_, index) => `${id}@${index + 1}`));
  }
  for (const { seen } of others) expect(seen).toEqual(first?.seen);
});
