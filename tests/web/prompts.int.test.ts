import { setUpWeb } from '@stepledger/testing/browser';
import { beforeAll, expect, test } from 'vitest';
import { expectGoodLooks } from './support/looks.ts';

const web = setUpWeb();

const SOON = { timeout: 20_000 };
/** A name that would break an address that was put together by hand. */
const NAME = 'design/1?&<b>';

beforeAll(async () => {
  const { ledger } = web;
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
});

test('a prompt shows its versions, what came of each, their difference and where they were used', async () => {
  const { page } = await web.openPage({ path: '/prompts' });
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
  const { page } = await web.openPage({
    path: `/prompts/${encodeURIComponent(NAME)}`,
    expected: [/status of 400/],
  });
  const field = page.getByLabel('Label for version 2');
  await field.fill('production');
  await page.keyboard.press('Enter');
  await page.getByRole('row', { name: /^v2 production/ }).waitFor();
  expect(await field.inputValue()).toBe('');
  const labelled = await web.ledger.prompts.get({ name: NAME, label: 'production' });
  expect(labelled.version).toBe(2);

  await field.fill('bad\u0007label');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  expect(await field.inputValue()).toBe('bad\u0007label');

  await page.getByRole('button', { name: 'Take the label production off' }).click();
  await expect.poll(() => page.getByRole('row', { name: /production/ }).count(), SOON).toBe(0);
  expect((await web.ledger.prompts.get({ name: NAME })).labels).toEqual([]);
});

test('a label that somebody else moves stands where it is now, and is not taken off from where it was', async () => {
  const { ledger } = web;
  for (const template of ['One.', 'Two.']) await ledger.prompts.put({ name: 'moved', template });
  await ledger.prompts.setLabel({ name: 'moved', label: 'live', version: 1 });
  const { page } = await web.openPage({ path: '/prompts/moved?version=1' });
  const off = page.getByRole('button', { name: 'Take the label live off' });
  await off.waitFor();
  await ledger.prompts.setLabel({ name: 'moved', label: 'live', version: 2 });
  await page.getByRole('row', { name: /^v2 live/ }).waitFor();
  await expect.poll(() => off.count(), SOON).toBe(0);
});

test('older versions are read when asked for, stay while new ones come, and are not asked for on and on', {
  timeout: 90_000,
}, async () => {
  for (let n = 1; n <= 45; n += 1) await web.ledger.prompts.put({ name: 'long', template: `${n}` });
  const { page } = await web.openPage({ path: '/prompts/long', expected: [/Failed to load/] });
  const rows = page.getByRole('region', { name: 'Versions' }).getByRole('rowheader');
  const from = (newest: number, oldest: number) =>
    Array.from({ length: newest - oldest + 1 }, (_, index) => `v${newest - index}`);
  await expect.poll(() => rows.allInnerTexts(), SOON).toEqual(from(45, 26));

  let asked = 0;
  await page.route(/prompts\.usage/, async (route) => {
    if (route.request().postData()?.includes('cursor') !== true) return route.continue();
    asked += 1;
    await route.fulfill({ status: 500, contentType: 'text/html', body: '<h1>Lost</h1>' });
  });
  await page.getByRole('button', { name: 'Older versions' }).click();
  await page.getByRole('alert').waitFor();
  // Longer than what is new is asked for again.
  await page.waitForTimeout(4_000);
  expect(asked).toBe(1);
  await page.unrouteAll({ behavior: 'wait' });
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => rows.allInnerTexts(), SOON).toEqual(from(45, 6));
  await web.ledger.prompts.put({ name: 'long', template: '46' });
  await expect.poll(() => rows.allInnerTexts(), SOON).toEqual(from(46, 6));
  await page.getByRole('button', { name: 'Older versions' }).click();
  await expect.poll(() => rows.allInnerTexts(), SOON).toEqual(from(46, 1));
  // No entry tells of a label.
  await web.ledger.prompts.setLabel({ name: 'long', label: 'live', version: 3 });
  await page.getByRole('row', { name: /^v3 live/ }).waitFor();
});

test('prompts are open to everybody', async () => {
  await expectGoodLooks(web, {
    path: `/prompts/${encodeURIComponent(NAME)}?version=1`,
    shown: (page) => page.getByRole('row', { name: /^v1/ }).waitFor(),
  });
});
