import { defineConfig } from 'vitest/config';

const notOurs = ['**/node_modules/**', '**/dist/**', '.toolchain/**'];

export default defineConfig({
  test: {
    // A first import on a busy machine of 2 cores, and a database made from a template, both take seconds.
    hookTimeout: 60_000,
    testTimeout: 30_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{packages,apps,examples}/*/src/**/*.test.ts', '{tests,bench,scripts}/**/*.test.ts'],
          exclude: [...notOurs, '**/*.int.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'int',
          include: ['{packages,apps,examples}/*/src/**/*.int.test.ts', '{tests,bench}/**/*.int.test.ts'],
          exclude: notOurs,
          // Starts the throw-away PostgreSQL that all files of this project share.
          globalSetup: ['./packages/testing/src/global-setup.ts'],
        },
      },
    ],
  },
});
