import { defineConfig } from 'vitest/config';

/** Every place of tests, with the end of their names. */
const tests = (ending: string) => [
  `{packages,apps,examples}/*/src/**/*${ending}`,
  `{tests,bench,scripts}/**/*${ending}`,
];
const notOurs = ['**/node_modules/**', '**/dist/**'];
/** Tests of the managed PostgreSQL: each starts servers of its own, of every version there is. */
const managed = 'packages/postgres/**/*.int.test.ts';

export default defineConfig({
  test: {
    // A first import on a busy machine of 2 cores, and a database made from a template, both take seconds.
    hookTimeout: 60_000,
    testTimeout: 30_000,
    maxWorkers: 2,
    // A test that asserts nothing cannot fail.
    expect: { requireAssertions: true },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: tests('.test.ts'),
          exclude: [...notOurs, '**/*.int.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'int',
          include: tests('.int.test.ts'),
          exclude: [...notOurs, managed],
          // Starts the throw-away PostgreSQL that all files of this project share.
          globalSetup: ['./packages/testing/src/global-setup.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'postgres', include: [managed], exclude: notOurs },
      },
    ],
  },
});
