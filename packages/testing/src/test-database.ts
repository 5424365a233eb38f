import { randomBytes } from 'node:crypto';
import { inject, onTestFinished, TestRunner } from 'vitest';
import { withDatabase } from './database-url.ts';
import { runSql } from './run-sql.ts';
// Types what the global setup provides.
import './shared-postgres.ts';

/** A migrated, empty database of one test's own. */
export interface TestDatabase extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  /** Drops it; when a test made it, that happens at the test's end anyway, and not at all when the test failed. */
  drop(): Promise<void>;
}

/**
 * Makes a database by copying the migrated template, in about 0.2 s.
 *
 * Made inside a test it lives until the test has finished: a failed one keeps its database and prints its name.
 * Made elsewhere (`beforeAll`) it lives until it is disposed.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { adminUrl, template, prefix, outlives } = inject('stepledgerPostgres');
  const name = `${prefix}_${randomBytes(4).toString('hex')}`;
  await runSql(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = withDatabase(adminUrl, name);
  const drop = async () => {
    // By force: a test may have been stopped with connections open.
    await runSql(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  };
  const inTest = TestRunner.getCurrentTest() !== undefined;
  if (inTest) {
    onTestFinished(async ({ task }) => {
      if (task.result?.state !== 'fail') return drop();
      const hint = outlives ? url : `${name}; STEPLEDGER_TEST_KEEP=1 keeps it beyond the run`;
      process.stderr.write(`"${task.name}" failed; its database is ${hint}\n`);
    });
  }
  return {
    name,
    url,
    drop,
    async [Symbol.asyncDispose]() {
      if (!inTest) await drop();
    },
  };
}
