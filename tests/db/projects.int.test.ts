import { LIMITS } from '@stepledger/contract';
import { STEPLEDGER_VERSION } from '@stepledger/db';
import { expect, test } from 'vitest';
import { refusal } from './support/errors.ts';
import { openTestLedger } from './support/ledger.ts';

test('a project is made once, found by its slug and renamed', async () => {
  await using ledger = await openTestLedger();
  const { projects } = ledger.open();
  const made = await projects.create({ slug: 'web-app' });
  expect(made).toMatchObject({ slug: 'web-app', name: 'web-app' });
  expect(await refusal(projects.create({ slug: 'web-app', name: 'Again' }))).toEqual({
    code: 'ALREADY_EXISTS',
    details: { type: 'project', id: 'web-app' },
  });
  const renamed = { ...made, name: 'Web app' };
  expect(await projects.update({ slug: 'web-app', name: 'Web app' })).toEqual(renamed);
  expect(await projects.get({ slug: 'web-app' })).toEqual(renamed);
  expect(await ledger.database.store.findProject('web-app')).toBe(made.id);
  const gone = { code: 'NOT_FOUND', details: { type: 'project', id: 'none' } };
  expect(await refusal(projects.get({ slug: 'none' }))).toEqual(gone);
  expect(await refusal(projects.update({ slug: 'none', name: 'x' }))).toEqual(gone);
  expect(await ledger.database.store.findProject('none')).toBeNull();
});

test('a project that was looked for in vain is found once it is made', async () => {
  await using ledger = await openTestLedger();
  expect(await ledger.database.store.findProject('late')).toBeNull();
  const { id } = await ledger.open().projects.create({ slug: 'late' });
  expect(await ledger.database.store.findProject('late')).toBe(id);
});

test('servers that start at once agree on the default project', async () => {
  await using ledger = await openTestLedger();
  const ensured = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      ledger.database.ensureProject({ slug: 'default', name: `Name ${n}` }),
    ),
  );
  expect(new Set(ensured.map(({ id, name }) => `${id} ${name}`)).size).toBe(1);
});

test('a project named by many at once is made by one of them', async () => {
  await using ledger = await openTestLedger();
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, () => ledger.open().projects.create({ slug: 'wanted' })),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const result of results) {
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'ALREADY_EXISTS' });
  }
});

test('the system says its versions, its health and how much a project holds', async () => {
  await using ledger = await openTestLedger();
  const { system, runs, documents, prompts } = ledger.open();
  const { runId } = await runs.start({ key: 'todo', strict: true });
  const step = { name: 'design', key: '' };
  const { documentId } = await documents.put({ runId, kind: 'a', text: 'a', links: [], step });
  await documents.put({ runId, kind: 'b', text: 'b', links: [], step });
  await documents.delete({ documentId });
  await prompts.put({ name: 'p', template: [{ role: 'user', text: '' }], syntax: 'none', parameters: [] });

  expect(await system.stats()).toEqual({
    runs: 1,
    steps: 1,
    exchanges: 0,
    documents: 1,
    prompts: 1,
    countedUpTo: 10_000,
  });
  expect(await ledger.openOther().system.stats()).toMatchObject({ runs: 0, documents: 0, prompts: 0 });
  expect(await system.health()).toEqual({ status: 'ok', database: { reachable: true, migrated: true } });
  expect(await system.version()).toMatchObject({
    stepledger: STEPLEDGER_VERSION,
    api: '1',
    postgres: expect.stringMatching(/^1[5-9]/),
    schema: expect.stringMatching(/^\d{4}-/),
  });
});

test('a text over the limit is TOO_LARGE', async () => {
  await using ledger = await openTestLedger();
  const bytes = new Uint8Array(LIMITS.maxTextBytes + 1);
  expect(await refusal(ledger.open().blobs.put({ encoding: 'binary', bytes }))).toEqual({
    code: 'TOO_LARGE',
    details: { limitBytes: LIMITS.maxTextBytes },
  });
});
