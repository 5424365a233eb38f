/** What `npm test` does: the checks beside the tests on PostgreSQL 18, then the tests of what is stored on 15. */
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findPostgres15 } from './verify/postgres-15.ts';
import { preparePython } from './verify/python.ts';
import { countVitest, loadReport, NOTHING, sum, type Tally } from './verify/report.ts';
import { root, run, stopWithUs } from './verify/run.ts';

const USAGE = `Usage: npm test -- [options] [test file filters]

Runs the checks (biome, types, knip) and all tests on the managed PostgreSQL 18, then those of what is
stored again on Debian's PostgreSQL 15 where it is installed or root can install it (with CI=true: a
failure where not).

  --only <part>   biome, types, knip, unit, int or shipped; may be given more than once
  --pg <version>  18 or 15: integration tests on this version only
  --help
`;

const PARTS = ['biome', 'types', 'knip', 'unit', 'int', 'shipped'] as const;
type Part = (typeof PARTS)[number];

interface Check {
  part: Part;
  /** Run one after another, up to the first that fails. */
  commands: [command: string, ...args: string[]][];
}

const CHECKS: Check[] = [
  { part: 'biome', commands: [['biome', 'check', '--error-on-warnings', '.']] },
  {
    part: 'types',
    // The workspace as one program: package by package, as turbo does it for developers and remembers what has not
    // changed, a fresh clone reads the same sources a dozen times (63 s of CPU instead of 14).
    commands: [
      ['tsc', '--noEmit', '-p', 'tsconfig.json'],
      ['tsc', '--noEmit', '-p', 'scripts/tsconfig.json'],
      ['tsc', '--noEmit', '-p', 'packages/client/tsconfig.web.json'],
      ['tsc', '--noEmit', '-p', 'apps/web'],
    ],
  },
  { part: 'knip', commands: [['knip', '--no-progress']] },
];

const startedAt = performance.now();
const say = (line: string) => process.stdout.write(`${line}\n`);
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

async function check({ part, commands }: Check): Promise<Tally> {
  const since = performance.now();
  for (const [command, ...args] of commands) {
    const { code, output } = await run(command, args);
    if (code === 0) continue;
    say(`== ${part}: FAILED (${command} ${args.join(' ')}, exit code ${code})\n${output.trimEnd()}`);
    return { ...NOTHING, failed: 1 };
  }
  say(`== ${part}: passed (${seconds(since)})`);
  return { ...NOTHING, passed: 1 };
}

async function test(
  title: string,
  projects: string[],
  options: { filters: string[]; env?: NodeJS.ProcessEnv },
): Promise<Tally> {
  const since = performance.now();
  say(`== ${title}: begins`);
  const report = path.join(root, '.reports', `${title.replaceAll(/\W+/g, '-')}.json`);
  fs.rmSync(report, { force: true });
  const args = [
    'run',
    '--allowOnly=false',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  // A filter may name files that only another run has.
  if (options.filters.length > 0) args.push('--passWithNoTests');
  for (const project of projects) args.push(`--project=${project}`);
  const { code } = await run('vitest', [...args, ...options.filters], { env: options.env, onLine: say });
  const tally = countVitest(loadReport(report), code);
  const skipped = tally.skipped === 0 ? '' : `, ${tally.skipped} skipped`;
  say(
    `== ${title}: ${tally.failed === 0 ? 'passed' : 'FAILED'} (${tally.passed} passed${skipped}, ${seconds(since)})`,
  );
  return tally;
}

/** What tests of the web UI need, and what takes longer than a test may. */
async function prepareWeb(parts: Set<Part>): Promise<Tally> {
  const scripts: string[] = [];
  if (parts.has('int') || parts.has('shipped')) scripts.push('scripts/build-web.ts');
  if (parts.has('int')) scripts.push('packages/testing/src/browser/install.ts');
  let failed = 0;
  for (const script of scripts) {
    const { code, output } = await run(process.execPath, [script]);
    if (code === 0) continue;
    say(`== web UI: FAILED (node ${script})\n${output.trimEnd()}`);
    failed += 1;
  }
  return { ...NOTHING, failed };
}

async function runChecks(parts: Set<Part>): Promise<Tally> {
  const tallies: Tally[] = [];
  for (const item of CHECKS) if (parts.has(item.part)) tallies.push(await check(item));
  return sum(tallies);
}

async function runTests(parts: Set<Part>, pg: string | undefined, filters: string[]): Promise<Tally> {
  const runsOn = (version: string) => parts.has('int') && (pg === undefined || pg === version);
  const tallies: Tally[] = [await prepareWeb(parts)];
  // First, because the tests of the managed PostgreSQL themselves try both versions.
  const postgres15 = parts.has('int') ? await findPostgres15(say) : undefined;
  if (runsOn('18')) await preparePython(say);

  const projects: string[] = parts.has('unit') ? ['unit'] : [];
  if (runsOn('18')) projects.push('int', 'store', 'postgres');
  if (projects.length > 0) tallies.push(await test('tests on PostgreSQL 18', projects, { filters }));

  // What is shipped is built and tried by one process at a time, which leaves a core to the other tests.
  const shipped = parts.has('shipped') ? test('what is shipped', ['shipped'], { filters }) : undefined;
  if (postgres15 !== undefined && runsOn('15')) {
    if ('missing' in postgres15) {
      const isFailure = process.env['CI'] === 'true' || pg === '15';
      say(`== tests on PostgreSQL 15: ${isFailure ? 'FAILED' : 'left out'}: ${postgres15.missing}`);
      tallies.push({ ...NOTHING, failed: isFailure ? 1 : 0 });
    } else {
      // A server that somebody named for the tests would stand in for 15.
      const env = { STEPLEDGER_TEST_POSTGRES_BIN: postgres15.bin, TEST_DATABASE_URL: undefined };
      tallies.push(await test('tests on PostgreSQL 15', ['store'], { filters, env }));
    }
  }
  if (shipped !== undefined) tallies.push(await shipped);
  const total = sum(tallies);
  // One run need not have a file of the filter's, but all of them together must.
  if (filters.length === 0 || total.passed + total.failed + total.skipped > 0) return total;
  say(`== tests: FAILED: no test file matches ${filters.join(' ')}`);
  return { ...NOTHING, failed: 1 };
}

/** Ends the process with the usage where the arguments make no sense. */
function readArguments() {
  try {
    return parseArguments();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}

function parseArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string', multiple: true },
      pg: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const only = values.only ?? [...PARTS];
  const unknown = only.find((part) => !PARTS.some((known) => known === part));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: there are ${PARTS.join(', ')}`);
  if (values.pg !== undefined && !['15', '18'].includes(values.pg)) throw new Error('--pg: 15 or 18');
  return {
    help: values.help === true,
    parts: new Set(PARTS.filter((part) => only.includes(part))),
    pg: values.pg,
    filters: positionals,
  };
}

async function main(): Promise<number> {
  const { help, parts, pg, filters } = readArguments();
  if (help) {
    say(USAGE);
    return 0;
  }
  stopWithUs();
  const { passed, failed } = sum(await Promise.all([runChecks(parts), runTests(parts, pg, filters)]));
  say(`== all: ${seconds(startedAt)}\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
