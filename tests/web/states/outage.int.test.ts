import { startTestServer, type TestServer } from '@stepledger/testing';
import {
  BROWSER_TIMEOUT_MS,
  ensureWebBuilt,
  openBrowser,
  type TestBrowser,
} from '@stepledger/testing/browser';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTables } from '../../ledger/support/database.ts';
import { EXPECTED, holdCalls } from './support.ts';

let server: TestServer;
let browser: TestBrowser;

beforeAll(async () => {
  const [webDir, opened] = await Promise.all([ensureWebBuilt(), openBrowser()]);
  browser = opened;
  server = await startTestServer({ webDir, logLevel: 'fatal' });
  await server.ledger.run({ key: 'app' });
}, BROWSER_TIMEOUT_MS);
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** Lets nobody into the server's database, as if it had stopped, and everybody in again. */
async function openDoor() {
  const url = new URL(server.databaseUrl);
  const name = url.pathname.slice(1);
  url.pathname = '/postgres';
  const tables = await openTables(url.href);
  const allow = (isAllowed: boolean) =>
    tables.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS ${isAllowed}`);
  return {
    shut: async () => {
      await allow(false);
      await tables.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    },
    open: () => allow(true),
    [Symbol.asyncDispose]: async () => {
      await allow(true);
      await tables[Symbol.asyncDispose]();
    },
  };
}

test('a database that has stopped is said, and the page comes back with it', {
  timeout: 120_000,
}, async () => {
  await using door = await openDoor();
  const { page } = await browser.openPage(server, { path: '/live', expected: EXPECTED });
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  await door.shut();
  await page.goto('/runs/app');
  await page.getByRole('status').getByText('Offline', { exact: true }).waitFor();
  // A database that starts again takes a while, for which a call is repeated.
  await page.getByText('The server does not answer; still trying').first().waitFor();
  await door.open();
  await page.getByRole('heading', { name: 'app', level: 1 }).waitFor();
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  await expect.poll(() => page.getByRole('alert').count(), { timeout: 20_000 }).toBe(0);
});

test('a page that was opened while nobody answered is live afterwards, and misses nothing of before', {
  timeout: 60_000,
}, async () => {
  const { page } = await browser.openPage(server, { path: '/icon.svg', expected: EXPECTED });
  const calls = await holdCalls(page);
  calls.cut();
  await page.goto('/');
  await page.getByRole('alert').getByText('The server cannot be reached').waitFor();
  await calls.heal();
  await page.getByRole('link', { name: 'app', exact: true }).waitFor();
  // Its entries may not be followed again yet.
  await server.ledger.run({ key: 'right after' });
  await page.getByRole('link', { name: 'right after', exact: true }).waitFor();
  await server.ledger.run({ key: 'later' });
  await page.getByRole('link', { name: 'later', exact: true }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});
