import type { Step } from '@stepledger/client';
import { expect, test } from 'vitest';
import { selectSteps } from './select-steps.ts';

function step(
  id: string,
  name: string,
  { key = '', parent = null }: { key?: string; parent?: string | null } = {},
): Step {
  return {
    id,
    runId: 'run',
    name,
    key,
    occurrence: 1,
    parentStepId: parent,
    status: 'running',
    error: null,
    startedRevision: 1,
    finishedRevision: null,
    startedAt: '2026-11-27T10:00:00.000Z',
    finishedAt: null,
  };
}

const STEPS = [
  step('design', 'design'),
  step('loop', 'loop'),
  step('1', 'turn', { key: '1', parent: 'loop' }),
  step('2', 'turn', { key: '2', parent: 'loop' }),
  step('fix', 'fix', { parent: '2' }),
];

test('a step is selected with what stands below it, and filtered by the server where one name says it all', () => {
  const select = (ref: string) => {
    const { ids, filter } = selectSteps(STEPS, ref);
    return { ids: [...ids].sort(), filter };
  };
  expect(select('design')).toEqual({ ids: ['design'], filter: { name: 'design', key: '' } });
  expect(select('turn:1')).toEqual({ ids: ['1'], filter: { name: 'turn', key: '1' } });
  expect(select('turn')).toEqual({ ids: ['1', '2', 'fix'], filter: undefined });
  expect(select('loop')).toEqual({ ids: ['1', '2', 'fix', 'loop'], filter: undefined });
});

test('a step that is not there is refused with those that are', () => {
  expect(() => selectSteps(STEPS, 'turn:9')).toThrow('The run has no step turn:9');
  expect(() => selectSteps([], 'turn')).toThrow('The run has no step turn');
});
