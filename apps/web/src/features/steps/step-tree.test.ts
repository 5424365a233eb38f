import type { Step } from '@stepledger/client';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toTree } from './step-tree.ts';

function toStep(id: number, parent: number | null): Step {
  return {
    id: `${id}`,
    runId: 'run',
    name: `step_${id}`,
    key: '',
    occurrence: 1,
    parentStepId: parent === null ? null : `${parent}`,
    status: 'running',
    error: null,
    startedRevision: id + 1,
    finishedRevision: null,
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: null,
  };
}

/** Steps in the order in which they began: a parent before what is part of it, or not loaded at all. */
const steps = fc
  .array(fc.option(fc.nat(30), { nil: null }), { maxLength: 20 })
  .map((parents) =>
    parents.map((parent, id) => toStep(id, parent === null || (parent >= id && parent < 20) ? null : parent)),
  );

test('a tree holds each step once, right inside of its parent, siblings in their order', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const tree = toTree(all);
      expect(tree.map(({ step }) => step.id).toSorted()).toEqual(all.map(({ id }) => id).toSorted());
      const open: typeof tree = [];
      const last = new Map<string | undefined, number>();
      for (const row of tree) {
        open.length = row.depth;
        const parent = open.at(-1)?.step;
        const known = all.find(({ id }) => id === row.step.parentStepId);
        expect(parent?.id).toBe(known?.id);
        expect(row.step.startedRevision).toBeGreaterThan(last.get(parent?.id) ?? 0);
        last.set(parent?.id, row.step.startedRevision);
        open.push(row);
      }
    }),
  );
});
