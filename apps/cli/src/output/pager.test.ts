import { expect, test } from 'vitest';
import { pagerCommand } from './pager.ts';

test('the pager is that of STEPLEDGER_PAGER, of PAGER, or less; cat and nothing are none', () => {
  expect(pagerCommand({})).toBe('less');
  expect(pagerCommand({ PAGER: 'more' })).toBe('more');
  expect(pagerCommand({ STEPLEDGER_PAGER: 'less -S', PAGER: 'more' })).toBe('less -S');
  expect(pagerCommand({ STEPLEDGER_PAGER: '', PAGER: 'more' })).toBeNull();
  expect(pagerCommand({ PAGER: 'cat' })).toBeNull();
});
