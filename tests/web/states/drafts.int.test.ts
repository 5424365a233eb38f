import { startTestServer, type TestServer } from '@stepledger/testing';
import {
  BROWSER_TIMEOUT_MS,
  ensureWebBuilt,
  openBrowser,
  type TestBrowser,
} from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SOON } from './support.ts';

let server: TestServer;
let browser: TestBrowser;

beforeAll(async () => {
  const [webDir, opened] = await Promise.all([ensureWebBuilt(), openBrowser()]);
  browser = opened;
  server = await startTestServer({ webDir });
}, BROWSER_TIMEOUT_MS);
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const editor = (page: Page) => page.getByRole('textbox', { name: /edited$/ });

test('two tabs that edit a document share what is typed, and none loses it', async () => {
  const run = await server.ledger.run({ key: 'tabs' });
  const document = await run.step('note_step').documents.put({ kind: 'note', text: 'text' });
  const path = `/documents/${document.id}?edit=text`;
  const { page } = await browser.openPage(server, { path });
  const other = await page.context().newPage();
  await other.goto(path);
  await editor(other).waitFor();

  await editor(page).fill('typed in one tab');
  await expect.poll(() => editor(other).inputValue(), SOON).toBe('typed in one tab');
  await editor(other).press('Control+End');
  await editor(other).pressSequentially(', and in another');
  await expect.poll(() => editor(page).inputValue(), SOON).toBe('typed in one tab, and in another');
  await page.reload();
  await expect.poll(() => editor(page).inputValue(), SOON).toBe('typed in one tab, and in another');

  await page.getByRole('button', { name: 'Save a new version' }).click();
  await page.getByText('Version 2 of 2').waitFor();
  await other.getByRole('button', { name: 'Close' }).click();
  await other.getByText('Version 2 has been saved').waitFor();
  expect(await other.getByText('that are not saved').count()).toBe(0);
  expect((await document.reload()).text).toBe('typed in one tab, and in another');
});
