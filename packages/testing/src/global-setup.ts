import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@stepledger/db';
import { startPostgres } from '@stepledger/postgres';
import type { TestProject } from 'vitest/node';
import { withDatabase } from './database-url.ts';
import { loadTestEnv, type TestEnv } from './env.ts';
import { runSql } from './run-sql.ts';
import './shared-postgres.ts';

/** Runs once before the tests of the vitest project `int`, and cleans up after them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const env = loadTestEnv();
  const server = await openServer(env);
  try {
    const prefix = `sl_test_${randomBytes(4).toString('hex')}`;
    const template = `${prefix}_template`;
    await createTemplate(server.adminUrl, template);
    const outlives = env.keep || env.databaseUrl !== undefined;
    project.provide('stepledgerPostgres', { adminUrl: server.adminUrl, template, prefix, outlives });
    return async () => {
      if (env.databaseUrl !== undefined) await dropTemplate(server.adminUrl, template);
      await server.close();
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}

interface TestServer {
  adminUrl: string;
  close(): Promise<void>;
}

async function openServer({ databaseUrl, postgresBin, keep }: TestEnv): Promise<TestServer> {
  if (databaseUrl !== undefined) return { adminUrl: databaseUrl, close: async () => undefined };
  const dir = await mkdtemp(join(tmpdir(), 'stepledger-test-'));
  const postgres = await startPostgres({
    dataDir: join(dir, 'data'),
    // What a crash of the machine destroys here is not missed, and it is four times faster.
    durable: false,
    ...(postgresBin !== undefined && { binDir: postgresBin }),
  });
  return {
    adminUrl: postgres.url(),
    async close() {
      await postgres.stop();
      if (keep) process.stderr.write(`The databases of this run are kept in ${postgres.dataDir}\n`);
      else await rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

async function createTemplate(adminUrl: string, template: string): Promise<void> {
  await runSql(adminUrl, `CREATE DATABASE ${template}`);
  const database = await openDatabase({ url: withDatabase(adminUrl, template), poolSize: 1 });
  try {
    await database.migrate();
  } finally {
    await database.close();
  }
  await runSql(adminUrl, `ALTER DATABASE ${template} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true`);
}

async function dropTemplate(adminUrl: string, template: string): Promise<void> {
  await runSql(adminUrl, `ALTER DATABASE ${template} WITH IS_TEMPLATE false`);
  await runSql(adminUrl, `DROP DATABASE ${template}`);
}
