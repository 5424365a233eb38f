import { startTestServer, type TestServer } from '@stepledger/testing';
import {
  BROWSER_TIMEOUT_MS,
  ensureWebBuilt,
  findAxeViolations,
  openBrowser,
  type TestBrowser,
} from '@stepledger/testing/browser';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXPECTED, SOON } from './support.ts';

let server: TestServer;
let browser: TestBrowser;

const REFUSED = [/status of 401/, ...EXPECTED];

beforeAll(async () => {
  const [webDir, opened] = await Promise.all([ensureWebBuilt(), openBrowser()]);
  browser = opened;
  server = await startTestServer({ webDir });
  await server.ledger.run({ key: 'app' });
}, BROWSER_TIMEOUT_MS);
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** A visitor who has a key, as a person at another machine needs one. */
async function openWithKey(path: string) {
  const { id, key } = await server.ledger.apiKeys.create({ name: 'visitor', access: 'write' });
  const { page } = await browser.openPage(server, { path: '/icon.svg', expected: REFUSED });
  await page.evaluate(`localStorage.setItem('stepledger.session', JSON.stringify({ token: '${key}' }))`);
  await page.goto(path);
  return { page, revoke: () => server.ledger.apiKeys.revoke({ id }) };
}

test('a key that is revoked while a dialog is open is asked for above it, and what was typed is kept', async () => {
  const { page, revoke } = await openWithKey('/runs/app');
  await page.getByRole('button', { name: 'Fork', exact: true }).click();
  const goal = page.getByLabel('Goal');
  await goal.fill('Half of a thought');
  await revoke();
  const again = page.getByRole('dialog', { name: 'The key is no longer accepted' });
  await again.waitFor();
  expect(await findAxeViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');

  await again.getByLabel('API key').fill('sl_default_wrong');
  await page.keyboard.press('Enter');
  await again.getByRole('alert').getByText('does not accept the key').waitFor();
  const { key } = await server.ledger.apiKeys.create({ name: 'next', access: 'write' });
  await again.getByLabel('API key').fill(key);
  await page.keyboard.press('Enter');
  await again.waitFor({ state: 'detached' });
  expect(await goal.inputValue()).toBe('Half of a thought');
  await page.getByRole('dialog').getByRole('button', { name: 'Fork' }).click();
  await page.getByRole('heading', { name: 'app-fork', level: 1 }).waitFor();
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
});

test('what happens after signing in again is on the page at once', async () => {
  const { page, revoke } = await openWithKey('/');
  await page.getByRole('link', { name: 'app', exact: true }).waitFor();
  await revoke();
  const again = page.getByRole('dialog', { name: 'The key is no longer accepted' });
  await again.waitFor();
  await server.ledger.run({ key: 'while it was shut' });
  const { key } = await server.ledger.apiKeys.create({ name: 'next', access: 'read' });
  await again.getByLabel('API key').fill(key);
  await again.getByRole('button', { name: 'Enter' }).click();
  await page.getByRole('link', { name: 'while it was shut', exact: true }).waitFor();
  await server.ledger.run({ key: 'after that' });
  await page.getByRole('link', { name: 'after that', exact: true }).waitFor();
  await expect.poll(() => page.getByRole('alert').count(), SOON).toBe(0);
});

test('who comes with a key that is not accepted is asked for another before any page', async () => {
  const { page } = await browser.openPage(server, { path: '/icon.svg', expected: REFUSED });
  await page.evaluate(
    `localStorage.setItem('stepledger.session', JSON.stringify({ token: 'sl_default_no' }))`,
  );
  await page.goto('/stats?by=model');
  await page.getByText('does not accept the key').waitFor();
  await expect.poll(() => page.getByRole('navigation').count(), SOON).toBe(0);
  const { key } = await server.ledger.apiKeys.create({ name: 'right', access: 'read' });
  await page.getByLabel('API key').fill(key);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Stats', level: 1 }).waitFor();
  expect(new URL(page.url()).search).toBe('?by=model');
});
