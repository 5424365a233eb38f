import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';

test('a step is made by the first write that names it, and numbered among those of its name', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  await run.step('design_step').documents.put({ kind: 'design', text: 'x' });
  await run.step('review_step', { key: 1 }).start();
  await run.step('review_step', { key: 2 }).record({ prompt: 'p', response: 'r' });
  await run.step('review_step', { key: 1 }).complete();
  await run.step('design_step').documents.put({ kind: 'design', text: 'y' });

  expect(await run.steps.list()).toMatchObject([
    { name: 'design_step', key: '', occurrence: 1, status: 'running', startedRevision: 2 },
    {
      name: 'review_step',
      key: '1',
      occurrence: 1,
      status: 'completed',
      startedRevision: 3,
      finishedRevision: 5,
    },
    { name: 'review_step', key: '2', occurrence: 2, status: 'running', startedRevision: 4 },
  ]);
});

test('a step can be told its parent at any time, also when it runs already', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const [parent, other, child] = ['build_step', 'test_step', 'code_step'].map((name) => run.step(name));
  if (!parent || !other || !child) throw new Error('Three names make three steps');
  const [parentId, otherId] = [(await parent.start()).stepId, (await other.start()).stepId];
  // Its first write makes it, without a parent.
  await child.documents.put({ kind: 'code', text: 'x' });

  const within = await child.start({ parent });
  expect((await child.get()).parentStepId).toBe(parentId);
  // To say it again changes nothing; to say otherwise does.
  await child.start({ parent });
  expect((await run.get()).revision).toBe(within.revision);
  await child.start({ parent: other });
  expect((await child.get()).parentStepId).toBe(otherId);
});

test('a step is part of no step that is part of it', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const [top, middle, bottom] = ['build_step', 'code_step', 'review_step'].map((name) => run.step(name));
  if (!top || !middle || !bottom) throw new Error('Three names make three steps');
  await top.start();
  await middle.start({ parent: top });
  await bottom.start({ parent: middle });
  const before = (await run.get()).revision;

  for (const parent of [top, middle, bottom]) {
    await expect(top.start({ parent })).rejects.toMatchObject({ code: 'INVALID_STATE' });
  }
  expect((await run.get()).revision).toBe(before);

  // Two that would make a circle together, while others write: one of them is refused.
  const [left, right] = [run.step('left_step'), run.step('right_step')];
  await Promise.all([left.start(), right.start()]);
  const turns = await Promise.allSettled([
    left.start({ parent: right }),
    right.start({ parent: left }),
    ...Array.from({ length: 10 }, (_, key) => top.documents.put({ kind: 'note', key: `${key}`, text: 'x' })),
  ]);
  expect(turns.filter(({ status }) => status === 'rejected')).toMatchObject([
    { reason: { code: 'INVALID_STATE' } },
  ]);
});
