import { anyText, startTestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RunReads, readRun } from '../as-of/support/read-run.ts';
import { openTables } from '../ledger/support/database.ts';
import { histories, type World } from '../ledger/support/histories.ts';
import { brokenLaws } from '../ledger/support/laws.ts';
import { writeHistory } from '../ledger/support/write-history.ts';
import { readAsOrigin, withoutName } from './support/fork-reads.ts';

const SEED = 12;
const RUNS = 4;
/** On a busy machine. */
const SLOW_MS = 240_000;

const rounds = histories({ rounds: 25, writers: 3 });
const after = histories({ rounds: 6, writers: 3 });
const texts = fc.array(anyText({ maxLength: 30 }), { minLength: 8, maxLength: 8 });
/** Where the run is forked, and where the fork, as shares of the revisions. */
const places = fc.tuple(fc.integer({ min: 30, max: 100 }), fc.integer({ min: 40, max: 100 }));

test('a fork reads as its run did up to the fork, whatever either does from then on', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const { ledger } = server;
  let history = 0;

  await fc.assert(
    fc.asyncProperty(rounds, after, texts, places, async (rounds, after, texts, [place, later]) => {
      history += 1;
      const key = (name: string) => `${history} ${name}`;
      // Two runs, so that documents of one are linked to, and used for, those of the other.
      const runs = [await ledger.run({ key: key('run') }), await ledger.run({ key: key('other') })] as const;
      const [run] = runs;
      const runIds = runs.map(({ id }) => id);
      const world: World = { ledger, runIds, documents: new Map(), exchanges: [], texts };
      await writeHistory(world, rounds);
      const { revision: newest } = await run.get();
      const revision = Math.max(1, Math.floor((newest * place) / 100));
      const before = await readRun({ ledger, runId: run.id });

      const fork = await run.fork({ key: key('fork'), revision });
      expect(await readRun({ ledger, runId: run.id })).toEqual(before);
      expect(await fork.get()).toMatchObject({
        status: 'running',
        revision: revision + 1,
        origin: { runId: run.id, revision },
      });
      expect(await brokenLaws(tables)).toEqual({});

      const moments = [1, Math.ceil(revision / 2), revision].map((revision) => ({ revision }));
      const readFork = (id: string) =>
        readEach((asOf) => readAsOrigin({ ledger, tables }, id, asOf), moments);
      const readSource = () =>
        readEach(async (asOf) => withoutName(await readRun({ ledger, runId: run.id, asOf })), moments);
      expect(await readFork(fork.id)).toEqual(await readSource());

      // Both go on, and a fork is forked.
      const own = await worldOf(world, fork.id);
      await writeHistory(own, after);
      const grown = await fork.get();
      const second = await fork.fork({
        key: key('second'),
        revision: Math.max(1, Math.floor((grown.revision * later) / 100)),
      });
      await writeHistory(await worldOf(world, second.id), after);
      await writeHistory(world, after);
      expect(await brokenLaws(tables)).toEqual({});

      const kept = await readRun({ ledger, runId: fork.id });
      await run.delete();
      expect(await readRun({ ledger, runId: fork.id })).toEqual(kept);
      expect(await brokenLaws(tables)).toEqual({});
    }),
    { seed: SEED, numRuns: RUNS, endOnFailure: true },
  );
});

async function readEach(
  read: (asOf: { revision: number }) => Promise<RunReads>,
  moments: readonly { revision: number }[],
): Promise<RunReads[]> {
  const reads: RunReads[] = [];
  for (const asOf of moments) reads.push(await read(asOf));
  return reads;
}

/** What a history can write to in a run that is there. */
async function worldOf({ ledger, texts }: World, runId: string): Promise<World> {
  const documents = await ledger.documents.list({ runId, includeDeleted: true }).all();
  const exchanges = await ledger.exchanges.list({ runId }).all();
  return {
    ledger,
    runIds: [runId],
    documents: new Map(
      documents.map(({ id, headVersion, deleted }) => [id, { id, runId, version: headVersion, deleted }]),
    ),
    exchanges: exchanges.map(({ id }) => ({ id, runId })),
    texts,
  };
}
