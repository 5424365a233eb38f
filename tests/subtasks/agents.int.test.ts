import { setTimeout as sleep } from 'node:timers/promises';
import { createStepledger, isLedgerError, type RunHandle, type VersionRef } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables, type Tables } from '../ledger/support/database.ts';
import { brokenLaws } from '../ledger/support/laws.ts';

const AGENTS = 16;
const SUBTASKS = 1000;
/** Subtasks of one layer depend on those of earlier ones. */
const LAYER = 50;
/** One in so many claims is of an agent that falls silent for longer than its lease. */
const SILENCE = 25;

const die = (sides: number) => Math.floor(Math.random() * sides);

/** Writes a random graph of subtasks; half of the dependencies come with the documents, half are added later. */
async function writeSubtasks(run: RunHandle, links: ReturnType<typeof createStepledger>['links']) {
  const refs: VersionRef[] = [];
  for (let layer = 0; layer < SUBTASKS / LAYER; layer++) {
    const earlier = [...refs];
    const dependsOn = () => [...new Set(Array.from({ length: die(3) }, () => earlier[die(earlier.length)]))];
    const written = await run.documents.putMany(
      Array.from({ length: LAYER }, (_, n) => ({
        kind: 'subtask',
        key: `${layer * LAYER + n}`,
        text: `Subtask ${n} of layer ${layer}`,
        ...(n % 2 === 0 ? { status: 'open' } : {}),
        links: dependsOn().flatMap((to) => (to ? [{ relation: 'depends_on' as const, to }] : [])),
      })),
    );
    refs.push(...written.map(({ ref }) => ref));
  }
  const later = Array.from({ length: 200 }, () => {
    const to = die(SUBTASKS - 1);
    return { from: refs[to + 1 + die(SUBTASKS - 1 - to)], to: refs[to] };
  });
  const added = later.map(async ({ from, to }) => {
    if (!from || !to) throw new Error('Both are of the subtasks');
    await links.add({ from, relation: 'depends_on', to }).catch((error: unknown) => {
      if (!isLedgerError(error, 'ALREADY_EXISTS')) throw error;
    });
  });
  await Promise.all(added);
}

/** What the ledger says: when each subtask was claimed and done, and what each depends on. */
async function readLedger(tables: Tables) {
  const done = await tables.query<{ id: string; revision: number; versions: number }>(
    `SELECT document_id AS id, min(revision) AS revision, count(*)::int AS versions FROM document_version
    WHERE status = 'done' GROUP BY 1`,
  );
  const claims = await tables.query<{ id: string; revision: number; change: string }>(
    `SELECT c ->> 'id' AS id, revision, c ->> 'change' AS change
    FROM entry CROSS JOIN jsonb_array_elements(changes) c WHERE c ->> 'what' = 'claim'`,
  );
  const needs = await tables.query<{ id: string; needed: string }>(
    `SELECT DISTINCT from_document_id AS id, to_document_id AS needed FROM link WHERE relation = 'depends_on'`,
  );
  return { done, claims, needs };
}

test('16 agents do 1,000 subtasks once each, none before what it depends on, though some agents fall silent', {
  timeout: 240_000,
}, async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const run = await server.ledger.run({ key: 'todo-app' });
  await writeSubtasks(run, server.ledger.links);
  const finished: string[] = [];
  const lost: string[] = [];

  const agent = async (holder: string) => {
    const ledger = createStepledger({ url: server.url, spool: false });
    const { documents } = await ledger.run({ key: 'todo-app' });
    while (finished.length < SUBTASKS) {
      const silent = die(SILENCE) === 0;
      const claim = await documents.claim({ kind: 'subtask', holder, leaseSeconds: silent ? 0.1 : 600 });
      if (!claim) {
        await sleep(5 + die(20));
        continue;
      }
      if (silent) await sleep(die(300));
      try {
        await claim.done({ text: `${claim.document.text}, by ${holder}` });
        finished.push(claim.document.id);
      } catch (error) {
        if (!isLedgerError(error, 'CLAIM_LOST')) throw error;
        lost.push(claim.document.id);
      }
    }
  };
  await Promise.all(Array.from({ length: AGENTS }, (_, n) => agent(`agent ${n}`)));

  expect(new Set(finished).size).toBe(SUBTASKS);
  expect(finished).toHaveLength(SUBTASKS);
  const { done, claims, needs } = await readLedger(tables);
  expect(done.filter(({ versions }) => versions !== 1)).toEqual([]);
  const doneAt = new Map(done.map(({ id, revision }) => [id, revision]));
  expect(doneAt.size).toBe(SUBTASKS);
  const neededBy = Map.groupBy(needs, ({ id }) => id);
  const early = claims.filter(({ id, revision }) =>
    neededBy.get(id)?.some(({ needed }) => (doneAt.get(needed) ?? 0) > revision),
  );
  expect(early).toEqual([]);
  expect(claims.filter(({ id, revision }) => revision > (doneAt.get(id) ?? 0))).toEqual([]);
  const takenOver = claims.filter(({ change }) => change === 'take_over').length;
  expect(claims).toHaveLength(SUBTASKS + takenOver);
  expect(takenOver).toBeGreaterThan(0);
  expect(lost.length).toBeLessThanOrEqual(takenOver);
  expect(await brokenLaws(tables)).toEqual({});
});
