import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ENV_NAMES, loadEnv } from './env.ts';
import { StartError } from './start-error.ts';

function refusal(variables: Record<string, string>): string {
  try {
    loadEnv(variables);
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  throw new Error('expected to be refused');
}

test('an empty environment has a default for all that is needed', () => {
  expect(loadEnv({})).toEqual({
    DATABASE_PREPARED: true,
    DATABASE_POOL_SIZE: 10,
    STEPLEDGER_DATA_DIR: './.stepledger',
    HOST: '127.0.0.1',
    STEPLEDGER_ALLOWED_HOSTS: [],
    STEPLEDGER_ALLOWED_ORIGINS: [],
    LOG_LEVEL: 'info',
    STEPLEDGER_MAX_CONNECTIONS: 1000,
    STEPLEDGER_SHUTDOWN_SECONDS: 10,
  });
});

test('an empty variable counts as not set, so that HOST= does not open every network', () => {
  const blank = { HOST: '', PORT: '', DATABASE_URL: '', STEPLEDGER_INSTANCE_KEY: '', LOG_LEVEL: '' };
  expect(loadEnv(blank)).toEqual(loadEnv({}));
});

test('values are read into what they mean', () => {
  const env = loadEnv({
    DATABASE_URL: 'postgresql://u:p%40ss@db:6432/ledger?sslmode=require',
    DATABASE_PREPARED: 'off',
    PORT: '0',
    STEPLEDGER_ALLOWED_HOSTS: 'Ledger.example.com, [::1]',
    STEPLEDGER_ALLOWED_ORIGINS: 'https://a.example,http://localhost:5173',
    STEPLEDGER_REQUIRE_KEY: 'on',
  });
  expect(env).toMatchObject({
    DATABASE_URL: 'postgresql://u:p%40ss@db:6432/ledger?sslmode=require',
    DATABASE_PREPARED: false,
    PORT: 0,
    STEPLEDGER_ALLOWED_HOSTS: ['ledger.example.com', '[::1]'],
    STEPLEDGER_ALLOWED_ORIGINS: ['https://a.example', 'http://localhost:5173'],
    STEPLEDGER_REQUIRE_KEY: true,
  });
});

test('all mistakes are told together, each with name, fault and hint', () => {
  const message = refusal({
    PORT: 'eighty',
    DATABASE_POOL_SIZE: '0',
    DATABASE_PREPARED: 'yes',
    HOST: 'http://localhost',
    LOG_LEVEL: 'loud',
    STEPLEDGER_ALLOWED_HOSTS: 'https://a.example',
    STEPLEDGER_ALLOWED_ORIGINS: 'a.example',
    STEPLEDGER_SHUTDOWN_SECONDS: '-1',
  });
  const lines = message.split('\n');
  expect(lines[0]).toBe('8 environment variables are wrong:');
  expect(lines).toHaveLength(9);
  expect(message).toContain(
    'PORT must be a whole number from 0 to 65535 (it is "eighty"). Leave it out for 4400 or the next free port.',
  );
  expect(message).toContain(
    'STEPLEDGER_ALLOWED_ORIGINS must be origins, separated by commas (it is "a.example").',
  );
});

test.each(['70000', '1e3', ' 80', '4400.5', '0x50'])('%j is no port', (PORT) => {
  expect(refusal({ PORT })).toContain('PORT must be a whole number from 0 to 65535');
});

test.each([
  ['DATABASE_URL', 'mysql://user:hunter2@db/ledger'],
  ['DATABASE_DIRECT_URL', 'user:hunter2@db'],
  ['STEPLEDGER_INSTANCE_KEY', 'hunter2'],
  ['STEPLEDGER_INSTANCE_KEY', 'hunter2 hunter2 hunter2'],
])('a wrong %s is named without its value', (name, value) => {
  const message = refusal({ [name]: value });
  expect(message).toContain(`1 environment variable is wrong:\n  ${name} `);
  expect(message).not.toContain('hunter2');
});

test('docs/server.md explains each variable, and no other', async () => {
  const docs = await readFile(path.resolve(import.meta.dirname, '../../../docs/server.md'), 'utf8');
  const rows = [...docs.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name);
  expect(rows.toSorted()).toEqual([...ENV_NAMES].toSorted());
});
