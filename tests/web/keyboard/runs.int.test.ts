import { startTestServer } from '@stepledger/testing';
import { setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { BY_KEYBOARD, expectFocus, expectFocusKept, press, tabTo, typeInto } from '../support/keyboard.ts';
import { writeSampleRun } from '../support/sample-run.ts';

const web = setUpWeb();

const SOON = { timeout: 20_000 };

beforeAll(async () => {
  await writeSampleRun(web.ledger, 'first');
  await writeSampleRun(web.ledger, 'second');
});

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true });
const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const search = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

test.each(['o', 'Enter'])('j and k choose a run, and %s opens it', BY_KEYBOARD, async (open) => {
  const { page } = await web.openPage();
  await link(page, 'first').waitFor();
  await page.keyboard.press('j');
  await expectFocus(page, link(page, 'second'));
  await page.keyboard.press('j');
  await expectFocus(page, link(page, 'first'));
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await expectFocus(page, link(page, 'second'));
  await page.keyboard.press(open);
  await heading(page, 'second').waitFor();
  await expectFocus(page, page.getByRole('main'));
});

test('j goes on from the row that Tab has led to, and follows a long list', BY_KEYBOARD, async () => {
  await using many = await startTestServer({ webDir: web.webDir });
  for (let at = 0; at < 40; at++) await many.ledger.run({ key: `run-${at}` });
  const { page } = await web.browser.openPage(many);
  await link(page, 'run-39').waitFor();
  await tabTo(page, link(page, 'run-37'));
  await page.keyboard.press('j');
  await expectFocus(page, link(page, 'run-36'));
  for (let at = 35; at > 15; at--) await page.keyboard.press('j');
  await expectFocus(page, link(page, 'run-16'));
});

test('runs are sorted and filtered without the keyboard being lost', BY_KEYBOARD, async () => {
  const { page } = await web.openPage();
  await press(page, button(page, 'Started'));
  await expect.poll(() => search(page), SOON).toEqual({ order: 'oldest' });
  await expect.poll(async () => (await page.getByRole('row').allTextContents())[1], SOON).toMatch(/^first/);
  await expectFocus(page, button(page, 'Started'));
  const status = page.getByLabel('Status');
  await tabTo(page, status, { key: 'Shift+Tab' });
  await page.keyboard.type('failed');
  await page.getByText('No run is like that').waitFor();
  await expectFocus(page, status);
  await press(page, button(page, 'Show all runs'));
  await link(page, 'first').waitFor();
  await expectFocusKept(page);
});

test(
  'two runs are picked from the table and compared; the picking can be given up',
  BY_KEYBOARD,
  async () => {
    const { page } = await web.openPage();
    await link(page, 'first').waitFor();
    await press(page, link(page, 'Compare first'));
    await page.getByText('Choose the run to compare first with.').waitFor();
    await expectFocusKept(page);
    await press(page, button(page, 'Cancel'));
    await button(page, 'Cancel').waitFor({ state: 'detached' });
    await expectFocusKept(page);
    await press(page, link(page, 'Compare first'));
    await press(page, link(page, 'Compare with this second'));
    await heading(page, 'Compare').waitFor();
    expect(search(page)).toEqual({ from: 'first', to: 'second' });
    await expectFocus(page, page.getByRole('main'));
  },
);

test('both sides of a comparison are chosen, and its differences are walked', BY_KEYBOARD, async () => {
  const { page } = await web.openPage();
  await heading(page, 'Runs').waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('compare');
  await page.getByRole('option', { name: 'Compare', exact: true }).waitFor();
  await page.keyboard.press('Enter');
  await heading(page, 'Compare').waitFor();
  const first = page.getByRole('form', { name: 'First run' });
  await typeInto(page, first.getByLabel('First run', { exact: true }), 'first');
  await page.keyboard.press('Enter');
  await first.getByText('Open').waitFor();
  await expectFocus(page, first.getByLabel('First run', { exact: true }));
  const second = page.getByRole('form', { name: 'Second run' });
  await typeInto(page, second.getByLabel('Second run', { exact: true }), 'first');
  await typeInto(page, second.getByLabel('At revision'), '3');
  await page.keyboard.press('Enter');
  await page.getByText('These are two revisions of one run').waitFor();
  expect(search(page)).toEqual({ from: 'first', to: 'first', toAt: '3' });
  await expectFocus(page, second.getByLabel('At revision'));
  await tabTo(page, page.getByLabel(/^Of/));
  await page.keyboard.type('documents');
  await expect.poll(() => search(page)['what'], SOON).toBe('document');
  await expectFocus(page, page.getByLabel(/^Of/));
  const texts = button(page, 'Compare texts of Document requirement');
  await press(page, texts);
  await page.getByRole('region', { name: 'What differs in the text' }).waitFor();
  await expectFocus(page, button(page, 'Hide texts of Document requirement'));
  await page.keyboard.press('j');
  await expectFocus(page, page.getByRole('region', { name: 'Differences' }));
});
