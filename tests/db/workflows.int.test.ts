import { expect, test } from 'vitest';
import { refusal } from './support/errors.ts';
import { openTestLedger } from './support/ledger.ts';

const step = (name: string) => ({ name, kinds: [] });
const oneToFifty = Array.from({ length: 50 }, (_, index) => index + 1);

test('fifty writers of a new workflow number its versions without gap', async () => {
  await using ledger = await openTestLedger();
  const defined = await Promise.all(
    oneToFifty.map((n) => ledger.open().workflows.define({ name: 'feature', steps: [step(`step ${n}`)] })),
  );
  expect(defined.map(({ version }) => version).sort((a, b) => a - b)).toEqual(oneToFifty);
  const { items } = await ledger.open().workflows.history({ name: 'feature', limit: 100 });
  expect(items.map(({ version }) => version)).toEqual(oneToFifty);
  for (const [index, { version }] of defined.entries()) {
    expect(items[version - 1]?.steps).toEqual([step(`step ${index + 1}`)]);
  }
});

test('the same steps and metadata are the same version, another order of steps is not', async () => {
  await using ledger = await openTestLedger();
  const { workflows } = ledger.open();
  const steps = [{ name: 'requirement', prompt: 'ask', kinds: ['requirement'] }, step('design')];
  const define = (input: object) => workflows.define({ name: 'feature', steps, ...input });

  expect(await define({ metadata: { a: 1, b: 2 } })).toMatchObject({ version: 1, created: true });
  expect(await define({ metadata: { b: 2, a: 1 }, note: 'again' })).toMatchObject({
    version: 1,
    created: false,
  });
  expect(await define({ metadata: { a: 2 } })).toMatchObject({ version: 2, created: true });
  expect(await define({ steps: steps.toReversed() })).toMatchObject({ version: 3, created: true });
  expect(await define({ expectedVersion: 3, steps: [step('x')] })).toMatchObject({ version: 4 });
  expect(await refusal(define({ expectedVersion: 3 }))).toEqual({
    code: 'VERSION_CONFLICT',
    details: { type: 'workflow', id: 'feature', expected: 3, actual: 4 },
  });
  expect(await workflows.get({ name: 'feature', version: 1 })).toMatchObject({
    steps,
    metadata: { a: 1, b: 2 },
    note: null,
  });
});

test('a workflow is read at its newest or at a version, and one that is not there is NOT_FOUND', async () => {
  await using ledger = await openTestLedger();
  const { workflows } = ledger.open();
  const note = 'why\0\ud800';
  await workflows.define({ name: 'feature', steps: [step('one')], note, metadata: { owner: 'me' } });
  await workflows.define({ name: 'feature', steps: [step('two')] });

  expect(await workflows.get({ name: 'feature' })).toMatchObject({ version: 2, steps: [step('two')] });
  expect(await workflows.get({ name: 'feature', version: 1 })).toMatchObject({
    note,
    metadata: { owner: 'me' },
  });
  expect(await refusal(workflows.get({ name: 'feature', version: 3 }))).toEqual({
    code: 'NOT_FOUND',
    details: { type: 'workflow version', id: 'feature@3' },
  });
  const gone = { code: 'NOT_FOUND', details: { type: 'workflow', id: 'none' } };
  expect(await refusal(workflows.get({ name: 'none' }))).toEqual(gone);
  expect(await refusal(workflows.history({ name: 'none', limit: 1 }))).toEqual(gone);
  expect(await refusal(ledger.openOther().workflows.get({ name: 'feature' }))).toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('workflows are listed by name, page by page', async () => {
  await using ledger = await openTestLedger();
  const { workflows } = ledger.open();
  for (const name of ['c', 'a', 'b']) await workflows.define({ name, steps: [step('x')] });
  const first = await workflows.list({ limit: 2 });
  expect(first.items.map(({ name }) => name)).toEqual(['a', 'b']);
  const second = await workflows.list({ limit: 2, cursor: first.nextCursor ?? '' });
  expect(second).toMatchObject({ items: [{ name: 'c' }], nextCursor: null });
});
