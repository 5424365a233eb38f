import fs from 'node:fs';
import os from 'node:os';
import { defineConfig } from 'vitest/config';

/** Every place of tests, with the end of their names. */
const tests = (ending: string) => [
  `{packages,apps,examples}/*/src/**/*${ending}`,
  `{tests,bench,scripts}/**/*${ending}`,
];
const notOurs = ['**/node_modules/**', '**/dist/**'];
/** Tests of the managed PostgreSQL: each starts servers of its own, of every version there is. */
const managed = ['packages/postgres/**/*.int.test.ts'];
/** Tests of the doors rather than of what is stored; all others run on every PostgreSQL that is supported. */
const doors = [
  'tests/{cli,client,docs,durability,durable,embedded,limits,readme,recorded-runs,recording,replay,server,spool,web}/**/*.int.test.ts',
  'tests/live/killed-*.int.test.ts',
  // Ten thousand times the same, which takes two minutes.
  'tests/read-sets/interleavings.int.test.ts',
  // What these refuse never comes to a database.
  'tests/procedures/{access,bad-input,isolation,secrecy,unknown*}.int.test.ts',
  'examples/**/*.int.test.ts',
];
/**
 * What tests with a database share: a throw-away PostgreSQL, and a process, as importing the database layer anew takes
 * each file a second.
 */
const onOneServer = {
  globalSetup: ['./packages/testing/src/global-setup.ts'],
  isolate: false,
};
/** Tests of what is shipped. They build into the `dist` folders of the workspace, so only one may run at a time. */
const shipped = ['tests/cli/pack.test.ts', 'tests/client/pack.test.ts', 'tests/server/bundle.int.test.ts'];

/** A run needs about 200 MB there; a failing one keeps its databases. */
const NEEDED_BYTES = 2 ** 31;
const temporary = os.tmpdir();
// The global set-up runs in this process and puts the throw-away PostgreSQL into its temporary directory. In
// memory, databases are made in a tenth of the time and the tests take two thirds. Tests keep the usual one.
if (process.env['STEPLEDGER_TEST_KEEP'] === undefined && freeBytes('/dev/shm') > NEEDED_BYTES) {
  process.env['TMPDIR'] = '/dev/shm';
}

function freeBytes(directory: string): number {
  if (!fs.existsSync(directory)) return 0;
  const { bavail, bsize } = fs.statfsSync(directory);
  return Math.min(bavail * bsize, process.availableMemory());
}

export default defineConfig({
  test: {
    env: { TMPDIR: temporary },
    // A first import on a busy machine of 2 cores, and a database made from a template, both take seconds.
    hookTimeout: 60_000,
    testTimeout: 60_000,
    maxWorkers: 2,
    // A test that asserts nothing cannot fail.
    expect: { requireAssertions: true },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: tests('.test.ts'),
          exclude: [...notOurs, ...shipped, '**/*.int.test.ts'],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'store',
          include: tests('.int.test.ts'),
          exclude: [...notOurs, ...shipped, ...managed, ...doors],
          ...onOneServer,
        },
      },
      {
        extends: true,
        test: { name: 'int', include: doors, exclude: [...notOurs, ...shipped], ...onOneServer },
      },
      {
        extends: true,
        test: { name: 'postgres', include: managed, exclude: notOurs },
      },
      {
        extends: true,
        test: {
          name: 'shipped',
          include: shipped,
          exclude: notOurs,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
