import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestServer, type TestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { syncFolder } from 'stepledger/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Deed, SyncWorld } from './support/sync-world.ts';

let server: TestServer;
let count = 0;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function openWorld() {
  count += 1;
  const root = await mkdtemp(path.join(tmpdir(), 'stepledger-sync-'));
  const run = await server.ledger.run({ key: `run-${count}` });
  for (const key of ['a', 'b']) await run.documents.put({ kind: 'doc', key, text: 'one\ntwo\nthree\n' });
  return { world: new SyncWorld(root, server.ledger, run), run, root };
}

const which = fc.nat(12);
const deed: fc.Arbitrary<Deed> = fc.record({
  what: fc.constantFrom<Deed['what'][]>(
    'insert',
    'replace',
    'insert',
    'replace',
    'open',
    'save',
    'new',
    'rename',
    'strip',
    'resolve',
    'remove',
    'run-insert',
    'run-insert',
    'run-insert',
    'run-status',
    'run-new',
    'run-delete',
    'run-undelete',
    'nothing',
    'nothing',
    'nothing',
  ),
  which,
});

test('whoever edits what at any moment of a sync, no edit is lost', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(deed, { minLength: 20, maxLength: 60 }),
      fc.boolean(),
      fc.boolean(),
      async (deeds, deletes, twice) => {
        const { world, root } = await openWorld();
        try {
          const waiting = [...deeds];
          const moment = async () => {
            const next = waiting.shift();
            if (next) await world.play(next);
          };
          const sync = () => syncFolder(world.input(moment, { delete: deletes }));
          // Also by two at once, as one that watches and one that somebody starts beside it.
          while (waiting.length > 0) await allOf(twice ? [sync(), sync()] : [sync()]);
          await syncFolder(world.input());

          const everything = await world.everything();
          expect([...world.written].filter((token) => !everything.includes(token))).toEqual([]);
          if (!world.blurred && !deletes) {
            const current = await world.current();
            expect([...world.written].filter((token) => !current.includes(token))).toEqual([]);
          }
          // Nothing is left on the way, and another sync has nothing to do.
          const again = await syncFolder(world.input());
          expect(again.filter(({ action }) => /pull|push|merge|create|adopt|changing/.test(action))).toEqual(
            [],
          );
          expect(await readdir(path.join(root, '.stepledger/sync/swaps')).catch(() => [])).toEqual([]);
        } finally {
          await rm(root, { recursive: true, force: true });
        }
      },
    ),
    // Each takes most of a second, and would be taken again for each step of shrinking.
    { numRuns: 15, endOnFailure: true },
  );
});

/** Waits for all of them, also when one fails. */
async function allOf(syncs: Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(syncs)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
