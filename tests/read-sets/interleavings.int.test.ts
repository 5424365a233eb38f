import type { Services } from '@stepledger/contract';
import { openDatabase } from '@stepledger/db';
import { createTestDatabase } from '@stepledger/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeRequirement, expectNothingLost, TEXTS, writeDesign } from './support/agents.ts';
import { createShelf, KINDS, type Shelf } from './support/shelf.ts';

/** On a busy machine. */
const SLOW_MS = 900_000;
const INTERLEAVINGS = 10_000;
/** Runs at work side by side, each with the documents of many interleavings. */
const LANES = 20;
const turns = fc.array(fc.nat(2), { minLength: 1, maxLength: 2 });

/** Without HTTP between them: of so many interleavings, it would take most of the time. */
async function openServices() {
  const { url } = await createTestDatabase();
  const database = await openDatabase({ url });
  const { id: projectId } = await database.ensureProject({ slug: 'agents', name: 'Agents' });
  const services: Services = database.store.open({ projectId, actor: 'agent' });
  return { services, [Symbol.asyncDispose]: () => database.close() };
}

async function startRun({ runs, documents }: Services, key: string, pairs: number): Promise<string> {
  const { runId } = await runs.start({ key, strict: true });
  const keys = Array.from({ length: pairs }, (_, n) => String(n));
  const pair = (key: string) => KINDS.map((kind) => ({ kind, key, text: TEXTS[kind], links: [] }));
  await documents.putMany({ runId, documents: keys.flatMap(pair) });
  return runId;
}

/** Lets the scheduler choose whose answer comes next. */
function scheduleShelf(scheduler: fc.Scheduler, { read, write }: Shelf): Shelf {
  // A refusal that waits for its turn would count as unhandled.
  const answer = async <Answer>(call: Promise<Answer>) => {
    const settled = await scheduler.schedule(Promise.allSettled([call]));
    if (settled[0].status === 'rejected') throw settled[0].reason;
    return settled[0].value;
  };
  return {
    read: (...input) => answer(read(...input)),
    write: (...input) => answer(write(...input)),
  };
}

test('in 10,000 interleavings of two agents no update is lost, and every refusal names what moved', {
  timeout: SLOW_MS,
}, async () => {
  await using opened = await openServices();
  const { services } = opened;
  const refused = { VERSION_CONFLICT: 0, INPUTS_MOVED: 0 };
  const numRuns = INTERLEAVINGS / LANES;

  const work = async (lane: number) => {
    const runId = await startRun(services, `lane ${lane}`, numRuns);
    let next = 0;
    const property = fc.asyncProperty(fc.scheduler(), turns, turns, async (scheduler, changes, designs) => {
      const shelf = scheduleShelf(scheduler, createShelf(services, { runId, key: String(next++) }));

      const deeds = await scheduler.waitFor(
        Promise.all([changeRequirement(shelf, changes), writeDesign(shelf, designs)]),
      );

      const [requirement, design] = await scheduler.waitFor(
        Promise.all(KINDS.map((kind) => shelf.read(kind))),
      );
      expectNothingLost({ requirement: requirement?.text ?? '', design: design?.text ?? '' }, deeds);
      for (const { code } of deeds.flatMap(({ refusals }) => refusals)) refused[code] += 1;
    });
    // What it found out is in the database, so that a second look at a failure finds other documents.
    await fc.assert(property, { numRuns, endOnFailure: true });
  };
  await Promise.all(Array.from({ length: LANES }, (_, lane) => work(lane)));

  // Interleavings in which nothing collides prove nothing.
  expect(Math.min(...Object.values(refused))).toBeGreaterThan(INTERLEAVINGS / 10);
});
