import { setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { openTables } from '../../ledger/support/database.ts';
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

beforeAll(async () => {
  await web.ledger.projects.create({ slug: 'other', name: 'Another one' });
  const run = await web.ledger.run({ key: 'todo-app' });
  await run.step('design_step').documents.put({ kind: 'design', text: 'One text.\n' });
});

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

test('a key is made, copied and revoked', BY_KEYBOARD, async () => {
  const { page } = await web.openPage({ path: '/settings' });
  await typeInto(page, page.getByLabel('Name of a new key'), 'jok');
  await tabTo(page, page.getByLabel('Access'));
  await page.keyboard.type('read');
  await press(page, button(page, 'Make a key'));
  await page.getByText(/^sl_default_/).waitFor();
  await expectFocus(page, button(page, 'Make a key'));
  await press(page, button(page, 'Copy the key'));
  await page.getByText('Copied').waitFor();
  expect(await paste(page)).toMatch(/^sl_default_/);
  await press(page, button(page, 'Done'));
  await page.getByText(/^sl_default_/).waitFor({ state: 'detached' });
  await expectFocusKept(page);

  const revoke = button(page, 'Revoke jok');
  await press(page, revoke);
  await press(page, button(page, 'Keep it'));
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await expectFocus(page, revoke);
  await page.keyboard.press('Enter');
  await press(page, button(page, 'Revoke for good'));
  await revoke.waitFor({ state: 'detached' });
  await expectFocusKept(page);
  await press(page, page.getByLabel('Also those that were revoked'), 'Space');
  await page.getByText(/^revoked /).waitFor();
  await expectFocus(page, page.getByLabel('Also those that were revoked'));
  expect(await web.ledger.apiKeys.list({ includeRevoked: true }).all()).toMatchObject([
    { name: 'jok', access: 'read', revokedAt: expect.any(String) },
  ]);
});

test('the search index is verified, and made anew where it is wrong', BY_KEYBOARD, async () => {
  const { page } = await web.openPage({ path: '/settings' });
  const verify = button(page, 'Verify the search index');
  await press(page, verify);
  await page.getByText('No fault was found').waitFor();
  await expectFocus(page, verify);
  await using tables = await openTables(web.databaseUrl);
  await tables.query('DELETE FROM search_chunk');
  await page.keyboard.press('Enter');
  await page.getByText(/^missing: document/).waitFor();
  const rebuild = button(page, 'Index all texts anew');
  await press(page, rebuild);
  await page.getByText('All texts were indexed anew').waitFor();
  await expectFocus(page, rebuild);
  expect(await web.ledger.search.verify({}).all()).toEqual([]);
});

test('the project is renamed, another is chosen, and the theme changes', BY_KEYBOARD, async () => {
  const { page } = await web.openPage({ path: '/settings' });
  await typeInto(page, page.getByLabel('Name', { exact: true }), 'Jokes');
  await page.keyboard.press('Enter');
  await page.getByText('Renamed', { exact: true }).waitFor();
  await expectFocus(page, page.getByLabel('Name', { exact: true }));
  await tabTo(page, page.getByLabel('Project that is shown'), { key: 'Shift+Tab' });
  await page.keyboard.type('other');
  await page.getByText('Project other').waitFor();
  await expectFocusKept(page);
  await press(page, page.getByRole('button', { name: /Change to light/ }));
  await press(page, page.getByRole('button', { name: /Change to dark/ }));
  expect(await page.evaluate(`document.documentElement.classList.contains('dark')`)).toBe(true);
  await expectFocus(page, page.getByRole('button', { name: /Change to system/ }));
});
