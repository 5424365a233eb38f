import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestServer } from '@stepledger/testing';
import { syncFolder } from 'stepledger/sync';
import { expect, test } from 'vitest';
import { type Deed, SyncWorld } from './support/sync-world.ts';

const DIER = fileURLToPath(new URL('./support/sync-and-die.ts', import.meta.url));

/** Something to pull, push, merge, create and delete, before each sync. */
const DEEDS: Deed[] = [
  { what: 'insert', which: 0 },
  { what: 'run-insert', which: 1 },
  { what: 'insert', which: 2 },
  { what: 'run-insert', which: 2 },
  { what: 'replace', which: 3 },
  { what: 'run-status', which: 0 },
];

test('a sync that is killed at any moment loses nothing, and the next one goes on', {
  timeout: 120_000,
}, async () => {
  await using server = await startTestServer();
  const root = await mkdtemp(path.join(tmpdir(), 'stepledger-sync-'));
  try {
    const run = await server.ledger.run({ key: 'killed' });
    for (const key of ['a', 'b', 'c']) await run.documents.put({ kind: 'doc', key, text: '1\n2\n3\n4\n5\n' });
    const world = new SyncWorld(root, server.ledger, run);
    let killed = 0;
    for (const moment of [3, 5, 6, 7, 8, 9, 11, 14, 17, 21]) {
      for (const deed of DEEDS) await world.play(deed);
      await world.play({ what: 'new', which: moment });
      const child = spawn(process.execPath, [DIER, server.url, run.id, root, String(moment)], {
        stdio: 'inherit',
      });
      const [, signal] = (await once(child, 'close')) as [number | null, string | null];
      if (signal === 'SIGKILL') killed += 1;
    }
    expect(killed).toBeGreaterThan(6);

    await syncFolder(world.input());
    const current = await world.current();
    expect([...world.written].filter((token) => !current.includes(token))).toEqual([]);
    const again = await syncFolder(world.input());
    expect(again.filter(({ action }) => action !== 'conflict')).toEqual([]);
    expect(world.files().filter((file) => file.includes('~kept-'))).toEqual([]);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
