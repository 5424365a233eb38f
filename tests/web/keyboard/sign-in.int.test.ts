import { startTestServer } from '@stepledger/testing';
import { setUpWeb } from '@stepledger/testing/browser';
import { expect, test } from 'vitest';
import { BY_KEYBOARD, expectFocusKept, press, typeInto } from '../support/keyboard.ts';

const web = setUpWeb();

test('a key is given, refused where it is none, and forgotten', BY_KEYBOARD, async () => {
  const { key } = await web.ledger.apiKeys.create({ name: 'visitor', access: 'write' });
  const { webDir, databaseUrl } = web;
  const locked = await startTestServer({ webDir, databaseUrl, requireKey: true });
  const { page } = await web.browser.openPage(locked, { expected: [/status of 401/, /ERR_|Failed to load/] });
  const field = page.getByLabel('API key', { exact: true });
  await typeInto(page, field, 'no key');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('This is no key').waitFor();
  await typeInto(page, field, key);
  await press(page, page.getByRole('button', { name: 'Enter' }));
  await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
  await expectFocusKept(page);
  await press(page, page.getByRole('link', { name: 'Settings' }));
  await press(page, page.getByRole('button', { name: /^Forget the key/ }));
  await field.waitFor();
  expect(await page.getByRole('navigation').count()).toBe(0);
  await page.close();
  await locked.close();
});
