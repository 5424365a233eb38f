import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeRequirement, expectNothingLost, TEXTS, writeDesign } from './support/agents.ts';
import { createModel, type Shelf } from './support/shelf.ts';

const INTERLEAVINGS = 10_000;
const turns = fc.array(fc.nat(2), { minLength: 1, maxLength: 3 });

test('in 10,000 interleavings of two agents no update is lost, and no design is built on an old requirement', {
  timeout: 120_000,
}, async () => {
  const refused = { VERSION_CONFLICT: 0, INPUTS_MOVED: 0 };
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), turns, turns, async (scheduler, changes, designs) => {
      const model = createModel(TEXTS);
      const shelf: Shelf = {
        read: scheduler.scheduleFunction(model.read),
        write: scheduler.scheduleFunction(model.write),
      };

      const deeds = await scheduler.waitFor(
        Promise.all([changeRequirement(shelf, changes), writeDesign(shelf, designs)]),
      );

      const [requirement, design] = [await model.read('requirement'), await model.read('design')];
      expectNothingLost({ requirement: requirement.text, design: design.text }, deeds);
      let head = 1;
      for (const { kind, version, basedOn } of model.commits) {
        for (const input of basedOn) expect(input.version).toBe(head);
        if (kind === 'requirement') head = version;
      }
      for (const { code } of deeds.flatMap(({ refusals }) => refusals)) refused[code] += 1;
    }),
    { numRuns: INTERLEAVINGS },
  );
  // Interleavings in which nothing collides prove nothing.
  expect(Math.min(...Object.values(refused))).toBeGreaterThan(INTERLEAVINGS / 10);
});
