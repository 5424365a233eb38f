import fs from 'node:fs';

/** What one part of `npm test` came to. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

export const NOTHING: Tally = { passed: 0, failed: 0, skipped: 0 };

/** What we read of vitest's JSON report. */
export interface VitestReport {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
}

export function sum(tallies: Tally[]): Tally {
  return tallies.reduce(
    (total, tally) => ({
      passed: total.passed + tally.passed,
      failed: total.failed + tally.failed,
      skipped: total.skipped + tally.skipped,
    }),
    NOTHING,
  );
}

/**
 * Counts a run of vitest. A file that fails before its first test counts as one failure, and so does
 * a run that failed without naming a test (an unhandled rejection, a global set-up that threw).
 */
export function countVitest(report: VitestReport | undefined, exitCode: number): Tally {
  if (report === undefined) return { ...NOTHING, failed: 1 };
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  const failed = report.numFailedTests + brokenFiles.length;
  const isFailure = exitCode !== 0 || !report.success;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && isFailure ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** Reads the report that a run of vitest wrote, if it came so far. */
export function loadReport(file: string): VitestReport | undefined {
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as VitestReport) : undefined;
}
