import type { Stepledger } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refusalOf } from '../ledger/support/refusals.ts';

const SEED = 12;
const TAGS = ['ui', 'api', 'db'];
const STATUSES = ['draft', 'done'];
const KINDS = ['design', 'code'];
const STEPS = ['one_step', 'two_step'];

interface Made {
  runId: string;
  id: string;
  kind: string;
  step: string;
  tags: string[];
  status: string | null;
  deleted: boolean;
}

let server: TestServer;
let made: Made[];
let runIds: string[];
beforeAll(async () => {
  server = await startTestServer();
  runIds = await Promise.all(['a', 'b'].map(async (key) => (await server.ledger.run({ key })).id));
  made = (await Promise.all(runIds.map((runId) => fill(server.ledger, runId)))).flat();
});
afterAll(() => server.close());

/** Every combination of kind, step, status and tags; each third one is then deleted. */
async function fill(ledger: Stepledger, runId: string): Promise<Made[]> {
  const combinations = KINDS.flatMap((kind) =>
    STEPS.flatMap((step) =>
      [...STATUSES, null].flatMap((status) =>
        [[], ['ui'], ['ui', 'api'], TAGS].map((tags) => ({ kind, step, status, tags })),
      ),
    ),
  );
  const filled: Made[] = [];
  for (const [index, { kind, step, status, tags }] of combinations.entries()) {
    const fields = { kind, key: `${index}`, text: `${index}`, status, tags };
    const { documentId } = await ledger.documents.put({ runId, step: { name: step }, ...fields });
    const deleted = index % 3 === 0;
    if (deleted) await ledger.documents.delete({ documentId, step: { name: step } });
    filled.push({ runId, id: documentId, kind, step, tags, status, deleted });
  }
  return filled;
}

const filters = fc.record(
  {
    run: fc.nat(1),
    kind: fc.constantFrom(...KINDS, 'none'),
    step: fc.constantFrom(...STEPS),
    status: fc.constantFrom(...STATUSES),
    tags: fc.subarray([...TAGS, 'none']),
    includeDeleted: fc.boolean(),
  },
  { requiredKeys: [] },
);

test('documents are listed by every combination of run, step, kind, status and tags', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(filters, async ({ run, step, ...filter }) => {
      // A step is named within a run only.
      const runId = run === undefined ? (step === undefined ? undefined : runIds[0]) : runIds[run];
      const listed = await server.ledger.documents
        .list({ ...filter, ...(runId && { runId }), ...(step && { step: { name: step } }), withText: false })
        .all();
      const expected = made.filter(
        (d) =>
          (runId === undefined || d.runId === runId) &&
          (filter.kind === undefined || d.kind === filter.kind) &&
          (step === undefined || d.step === step) &&
          (filter.status === undefined || d.status === filter.status) &&
          (filter.tags ?? []).every((tag) => d.tags.includes(tag)) &&
          (filter.includeDeleted || !d.deleted),
      );
      const ids = listed.map(({ id }) => id);
      expect(runId === undefined ? ids.sort() : ids).toEqual(
        runId === undefined ? expected.map(({ id }) => id).sort() : expected.map(({ id }) => id),
      );
    }),
    { seed: SEED, numRuns: 40 },
  );
});

test('what the head says counts, not what an older version said', async () => {
  const { documents } = server.ledger;
  const run = await server.ledger.run({ key: 'moving' });
  const { documentId } = await documents.put({
    runId: run.id,
    step: { name: 'one_step' },
    kind: 'plan',
    text: 'plan',
    status: 'draft',
    tags: ['ui'],
  });
  await documents.update({ documentId, status: 'done', tags: [], step: { name: 'two_step' } });

  const count = async (filter: object) => (await documents.list({ runId: run.id, ...filter })).items.length;
  expect(await Promise.all([count({ status: 'draft' }), count({ status: 'done' })])).toEqual([0, 1]);
  expect(await Promise.all([count({ tags: ['ui'] }), count({ tags: [] })])).toEqual([0, 1]);
  expect(
    await Promise.all([count({ step: { name: 'one_step' } }), count({ step: { name: 'two_step' } })]),
  ).toEqual([0, 1]);
});

test('a step without its run is refused by name of the field', async () => {
  const refused = await refusalOf(server.ledger.documents.list({ step: { name: 'one_step' } }));
  expect(refused).toEqual({
    code: 'BAD_INPUT',
    details: { issues: [{ path: 'step', reason: 'needs runId; across runs use documents.byStep' }] },
  });
});
