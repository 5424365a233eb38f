import { expect, test } from 'vitest';
import { renderProgress } from './progress.ts';

const label = { label: 'Exporting todo-app', unit: 'entries' };

test('without a total there is a count, and with one a bar that is never more than full', () => {
  expect(renderProgress(label, { done: 0, total: undefined })).toBe('Exporting todo-app');
  expect(renderProgress(label, { done: 1234, total: undefined })).toBe('Exporting todo-app 1,234 entries');
  expect(renderProgress(label, { done: 1, total: 3 })).toMatch(/ █{8}░{16} 33 % \(1 of 3 entries\)$/);
  expect(renderProgress(label, { done: 5, total: 4 })).toMatch(/ █{24} 100 % \(5 of 4 entries\)$/);
  expect(renderProgress(label, { done: 0, total: 0 })).toContain('100 %');
});
