import { expect, test } from 'vitest';
import { countVitest, sum, type VitestReport } from './report.ts';

const green: VitestReport = {
  success: true,
  numPassedTests: 12,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 2,
  testResults: [{ status: 'passed', assertionResults: [{}] }],
};

test('a green run counts its tests', () => {
  expect(countVitest(green, 0)).toEqual({ passed: 12, failed: 0, skipped: 3 });
});

test('a file that breaks before its first test counts as one failure', () => {
  const testResults = [...green.testResults, { status: 'failed', assertionResults: [] }];
  const report = { ...green, success: false, numFailedTests: 2, testResults };
  expect(countVitest(report, 1)).toMatchObject({ passed: 12, failed: 3 });
});

test.each([
  ['an exit code without a failed test', green, 1],
  ['no success without a failed test', { ...green, success: false }, 0],
  ['no report at all', undefined, 0],
] as const)('%s is one failure', (_, report, exitCode) => {
  expect(countVitest(report, exitCode).failed).toBe(1);
});

test('the tallies of all parts add up', () => {
  const one = { passed: 1, failed: 0, skipped: 0 };
  expect(sum([one, countVitest(green, 0), { passed: 0, failed: 2, skipped: 0 }])).toEqual({
    passed: 13,
    failed: 2,
    skipped: 3,
  });
});
