import { startTestServer, type TestServer } from '@stepledger/testing';
import {
  BROWSER_TIMEOUT_MS,
  ensureWebBuilt,
  openBrowser,
  type TestBrowser,
} from '@stepledger/testing/browser';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectGoodLooks } from './support/looks.ts';

let server: TestServer;
let browser: TestBrowser;

const SOON = { timeout: 20_000 };
/** A name that would break an address that was put together by hand. */
const NAME = 'design/1?&<b>';

beforeAll(async () => {
  const [webDir, opened] = await Promise.all([ensureWebBuilt(), openBrowser()]);
  browser = opened;
  server = await startTestServer({ webDir });
  const { ledger } = server;
  await ledger.prompts.put({ name: NAME, template: 'Design {{what}}.\nBe brief.\n', parameters: ['what'] });
  await ledger.prompts.put({ name: NAME, template: 'Design {{what}}.\nBe <i>thorough</i>.\n' });
  await ledger.prompts.setLabel({ name: NAME, label: 'production', version: 1 });
  const run = await ledger.run({ key: 'todo-app' });
  for (const status of ['completed', 'failed'] as const) {
    const { exchangeId } = await ledger.exchanges.record({
      runId: run.id,
      step: { name: 'design_step' },
      prompt: { name: NAME, version: 1 },
      messages: [{ role: 'user', content: 'Design a page.' }],
      response: 'Done.',
    });
    await ledger.parses.record({ exchangeId, status, ...(status === 'failed' && { error: 'no heading' }) });
  }
}, BROWSER_TIMEOUT_MS);
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test('a prompt shows its versions, what came of each, their difference and where they were used', async () => {
  const { page } = await browser.openPage(server, { path: '/prompts' });
  await page.getByRole('link', { name: NAME }).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('o');
  await page.getByRole('heading', { name: 'Version 2' }).waitFor();
  await page.getByText('Be <i>thorough</i>.').waitFor();
  expect(await page.locator('main mark').allTextContents()).toEqual(['{{what}}']);
  await page.getByRole('row', { name: /^v1 production 2 50 % \(1 of 2\)/ }).waitFor();

  await page.getByRole('button', { name: 'Diff' }).click();
  const diff = page.getByRole('region', { name: 'From version 1 to version 2' });
  await diff.getByText('Be brief.').waitFor();
  await diff.getByText('Be <i>thorough</i>.').waitFor();

  await page.getByRole('link', { name: 'v1', exact: true }).click();
  await page.getByText('This is the first version.').waitFor();
  await page.getByRole('button', { name: 'Where used' }).click();
  const uses = page.getByRole('region', { name: 'Exchanges made from version 1' });
  await expect.poll(() => uses.locator('li').count(), SOON).toBe(2);
  await page.reload();
  await uses.getByRole('link', { name: 'todo-app' }).first().click();
  await expect.poll(() => new URL(page.url()).pathname, SOON).toBe('/runs/todo-app');
});

test('a label moves to a version and is taken off; one that is refused stays in its field', async () => {
  const { page } = await browser.openPage(server, {
    path: `/prompts/${encodeURIComponent(NAME)}`,
    expected: [/status of 400/],
  });
  const field = page.getByLabel('Label for version 2');
  await field.fill('production');
  await page.keyboard.press('Enter');
  await page.getByRole('row', { name: /^v2 production/ }).waitFor();
  expect(await field.inputValue()).toBe('');
  const labelled = await server.ledger.prompts.get({ name: NAME, label: 'production' });
  expect(labelled.version).toBe(2);

  await field.fill('bad\u0007label');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  expect(await field.inputValue()).toBe('bad\u0007label');

  await page.getByRole('button', { name: 'Take the label production off' }).click();
  await expect.poll(() => page.getByRole('row', { name: /production/ }).count(), SOON).toBe(0);
  expect((await server.ledger.prompts.get({ name: NAME })).labels).toEqual([]);
});

test('prompts are open to everybody', async () => {
  await expectGoodLooks(browser, server, {
    path: `/prompts/${encodeURIComponent(NAME)}?version=1`,
    shown: (page) => page.getByRole('row', { name: /^v1/ }).waitFor(),
  });
});
