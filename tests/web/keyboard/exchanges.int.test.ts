import { setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import {
  BY_KEYBOARD,
  expectFocus,
  expectFocusKept,
  paste,
  press,
  tabTo,
  typeInto,
} from '../support/keyboard.ts';

const web = setUpWeb();

const SOON = { timeout: 20_000 };

beforeAll(async () => {
  const step = (await web.ledger.run({ key: 'todo-app' })).step('design_step');
  const one = await step.record({ prompt: 'Design a page.', response: 'Done.' });
  const other = await step.record({ prompt: 'Design another page.', response: 'Another.' });
  exchangeIds = [one.exchangeId, other.exchangeId];
});

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const view = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name });
const search = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

let exchangeIds: string[];

test('each view of an exchange is opened, and its bodies are shown in each way', BY_KEYBOARD, async () => {
  const { page } = await web.openPage({ path: `/exchanges/${exchangeIds[0]}` });
  for (const name of ['Parses', 'Attempts', 'Compare', 'Messages', 'Response']) {
    await press(page, view(page, name));
    await page.locator('[aria-current=page]', { hasText: name }).waitFor();
    await expectFocus(page, view(page, name));
  }
  for (const name of ['Exact', 'Bytes', 'Readable']) {
    await press(page, button(page, name));
    await expect.poll(() => search(page)['form'], SOON).toBe(name.toLowerCase());
    await expectFocus(page, button(page, name));
  }
});

test('an exchange is copied as curl, and Escape leads back', BY_KEYBOARD, async () => {
  const { page } = await web.openPage({ path: `/exchanges/${exchangeIds[0]}` });
  const dialog = page.getByRole('dialog', { name: 'Send it again' });
  await press(page, button(page, 'Copy as curl'));
  await dialog.getByText('curl').first().waitFor();
  const copy = dialog.getByRole('button', { name: 'Copy' });
  await press(page, copy);
  await dialog.getByText('Copied').waitFor();
  await expectFocus(page, copy);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await expectFocus(page, button(page, 'Copy as curl'));
  expect(await paste(page)).toMatch(/^curl /);
});

test('another exchange is chosen to compare with, from the list and by its id', BY_KEYBOARD, async () => {
  const { page } = await web.openPage({ path: `/exchanges/${exchangeIds[0]}?view=diff` });
  const list = page.getByLabel('Of the same step');
  await list.getByText('revision').first().waitFor({ state: 'attached' });
  await tabTo(page, list);
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => search(page)['with'], SOON).toBe(exchangeIds[1]);
  await page.getByRole('region', { name: 'Differences of the messages' }).waitFor();
  await expectFocus(page, list);
  await press(page, page.getByRole('group', { name: 'Compare' }).getByRole('button', { name: 'Response' }));
  await page.getByRole('region', { name: 'Differences of the response' }).getByText('Another.').waitFor();
  await expectFocusKept(page);
  await typeInto(page, page.getByLabel('or by its id'), exchangeIds[0] ?? '');
  await page.keyboard.press('Enter');
  await expect.poll(() => search(page)['with'], SOON).toBe(exchangeIds[0]);
  await expectFocus(page, page.getByLabel('or by its id'));
});

test('j and k walk the messages', BY_KEYBOARD, async () => {
  const { page } = await web.openPage({ path: `/exchanges/${exchangeIds[0]}` });
  await page.getByRole('article', { name: 'Message 1' }).waitFor();
  await page.keyboard.press('j');
  await expectFocus(page, page.getByRole('region', { name: 'Messages' }));
});
