import { expect, test } from 'vitest';
import { readPlace } from './place.ts';

test('a call without headers of ours is recorded at the default place', () => {
  expect(readPlace({ accept: '*/*' })).toEqual({ place: { run: null, step: null } });
});

test('run and step are named by headers, in which % escapes what a header cannot hold', () => {
  const headers = { 'x-stepledger-run': 'caf%C3%A9', 'x-stepledger-step': 'code_review:2' };
  expect(readPlace(headers)).toEqual({ place: { run: 'café', step: { name: 'code_review', key: '2' } } });
});

test.each([
  [{ 'x-stepledger-run': '' }, 'x-stepledger-run'],
  [{ 'x-stepledger-run': '%zz' }, 'x-stepledger-run: a % must be followed'],
  [{ 'x-stepledger-step': ':2' }, 'x-stepledger-step'],
  [{ 'x-stepledger-step': 'a%' }, 'x-stepledger-step'],
  [{ 'x-stepledger-step': `a:${'x'.repeat(201)}` }, 'x-stepledger-step'],
])("%j is refused by the header's name", (headers, reason) => {
  expect(readPlace(headers)).toEqual({ fault: expect.stringContaining(reason) });
});
