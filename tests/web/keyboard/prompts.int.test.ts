import { setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { BY_KEYBOARD, expectFocus, press, tabTo, typeInto } from '../support/keyboard.ts';

const web = setUpWeb();

beforeAll(async () => {
  for (const template of ['Design {{what}}.', 'Design {{what}} well.', 'Design {{what}} better.']) {
    await web.ledger.prompts.put({ name: 'design', template });
  }
});

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const link = (page: Page, name: string) => page.getByRole('main').getByRole('link', { name, exact: true });

test('a prompt is chosen by j, its views and its versions are opened and compared', BY_KEYBOARD, async () => {
  const { page } = await web.openPage({ path: '/prompts' });
  await link(page, 'design').waitFor();
  await page.keyboard.press('j');
  await expectFocus(page, link(page, 'design'));
  await page.keyboard.press('Enter');
  await heading(page, 'design').waitFor();
  await press(page, button(page, 'Diff'));
  await page.getByRole('region', { name: 'From version 2 to version 3' }).waitFor();
  await expectFocus(page, button(page, 'Diff'));
  const from = page.getByLabel('Compared with version');
  await tabTo(page, from);
  await page.keyboard.press('ArrowDown');
  await page.getByRole('region', { name: 'From version 1 to version 3' }).waitFor();
  await expectFocus(page, from);
  await press(page, link(page, 'v2'));
  await page.getByRole('heading', { name: 'Version 2' }).waitFor();
  await expectFocus(page, link(page, 'v2'));
  await press(page, button(page, 'Where used'));
  await page.getByText('Version 2 was not used yet').waitFor();
  await expectFocus(page, button(page, 'Where used'));
});

test('a label is set, moved to another version and taken off', BY_KEYBOARD, async () => {
  const labels = async () => (await web.ledger.prompts.get({ name: 'design', label: 'jok' })).version;
  const { page } = await web.openPage({ path: '/prompts/design' });
  await typeInto(page, page.getByLabel('Label for version 3'), 'jok');
  await page.keyboard.press('Enter');
  await page.getByRole('row', { name: /^v3 jok/ }).waitFor();
  await expectFocus(page, page.getByLabel('Label for version 3'));
  await press(page, link(page, 'v1'));
  await typeInto(page, page.getByLabel('Label for version 1'), 'jok');
  await press(page, button(page, 'Set label'));
  await page.getByRole('row', { name: /^v1 jok/ }).waitFor();
  await expectFocus(page, button(page, 'Set label'));
  expect(await labels()).toBe(1);
  await press(page, button(page, 'Take the label jok off'));
  await button(page, 'Take the label jok off').waitFor({ state: 'detached' });
  await expectFocus(page, page.getByRole('group', { name: 'Labels of version 1' }));
  await expect(labels()).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
