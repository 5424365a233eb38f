import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestServer, type TestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { syncFolder } from 'stepledger/sync';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { spawnCli } from './support/run-cli.ts';
import { type Deed, SyncWorld } from './support/sync-world.ts';

let server: TestServer;
let folder: string;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'stepledger-sync-'));
  return () => rm(folder, { recursive: true, force: true });
});

/** Watches until the test is over; `told` is what it has printed. */
function watch(runKey: string): { child: ChildProcess; told: () => string } & AsyncDisposable {
  const child = spawnCli(['sync', folder, '--run', runKey, '--watch', '--json'], { url: server.url });
  let told = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    told += chunk;
  });
  return {
    child,
    told: () => told,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

const soon = { timeout: 20_000, interval: 50 };

test('watching brings every change over, from either side, and ends cleanly', {
  timeout: 90_000,
}, async () => {
  const run = await server.ledger.run({ key: 'watched' });
  const design = await run.documents.put({ kind: 'design', text: 'one\n' });
  await using watching = watch('watched');
  const file = path.join(folder, 'design.md');
  await vi.waitFor(async () => expect(await readFile(file, 'utf8')).toContain('one\n'), soon);

  await writeFile(file, `${await readFile(file, 'utf8')}two\n`);
  await vi.waitFor(async () => expect((await design.reload()).text).toBe('one\ntwo\n'), soon);

  await design.update('one\ntwo\nthree\n');
  await vi.waitFor(async () => expect(await readFile(file, 'utf8')).toContain('three\n'), soon);

  await writeFile(path.join(folder, 'notes.md'), 'new');
  await vi.waitFor(async () => expect(await run.documents.list({ kind: 'notes' })).toHaveLength(1), soon);
  await vi.waitFor(() => expect(watching.told()).toContain('"action":"create"'), soon);

  watching.child.kill('SIGINT');
  const [code] = await once(watching.child, 'close');
  expect(code).toBe(0);
  const reports = watching.told().trim().split('\n');
  const actions = reports.flatMap((line) => (JSON.parse(line) as { actions: { action: string }[] }).actions);
  expect(actions.map(({ action }) => action)).toEqual(['pull', 'push', 'pull', 'create']);
});

test('people and agents at work beside a watching sync, which is killed, lose nothing', {
  timeout: 90_000,
}, async () => {
  const run = await server.ledger.run({ key: 'busy' });
  for (const key of ['a', 'b', 'c'])
    await run.documents.put({ kind: 'doc', key, text: '1\n2\n3\n4\n5\n6\n' });
  const world = new SyncWorld(folder, server.ledger, run);
  await syncFolder(world.input());
  const kinds = fc.constantFrom<Deed['what'][]>(
    'insert',
    'replace',
    'open',
    'save',
    'run-insert',
    'new',
    'resolve',
  );
  const deeds = fc.array(fc.record({ what: kinds, which: fc.nat(9) }), { minLength: 50, maxLength: 50 });
  for (const played of fc.sample(deeds, 2)) {
    await using watching = watch('busy');
    for (const deed of played) {
      await world.play(deed);
      await sleep(40);
    }
    watching.child.kill('SIGKILL');
    await once(watching.child, 'close');
  }
  await syncFolder(world.input());
  const current = await world.current();
  expect([...world.written].filter((token) => !current.includes(token))).toEqual([]);
});
