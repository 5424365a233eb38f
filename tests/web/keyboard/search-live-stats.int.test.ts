import { setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { BY_KEYBOARD, expectFocus, press, tabTo } from '../support/keyboard.ts';

const web = setUpWeb();

const SOON = { timeout: 20_000 };

beforeAll(async () => {
  const step = (await web.ledger.run({ key: 'zoo' })).step('design_step');
  await step.documents.put({ kind: 'design', text: 'The walrus swims.\n' });
  await step.record({ prompt: 'Where does the walrus swim?', response: 'The walrus swims to the left.' });
});

const search = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);
const found = (page: Page) => page.getByRole('region', { name: 'What was found' });

test('what is searched is narrowed by facets and choices, and a hit is opened', BY_KEYBOARD, async () => {
  const { page } = await web.openPage({ path: '/search' });
  await page.getByRole('heading', { name: 'Search everything' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('walrus');
  await expect.poll(() => found(page).locator('li').count(), SOON).toBe(3);
  const facet = page.getByRole('button', { name: 'document 1' });
  await press(page, facet);
  await expect.poll(() => found(page).locator('li').count(), SOON).toBe(1);
  await expectFocus(page, facet);
  await page.keyboard.press('Space');
  await expect.poll(() => found(page).locator('li').count(), SOON).toBe(3);
  await expectFocus(page, facet);
  const mode = page.getByLabel('How the text is understood');
  await tabTo(page, mode, { key: 'Shift+Tab' });
  await page.keyboard.type('With');
  await expect.poll(() => search(page)['mode'], SOON).toBe('fuzzy');
  await expectFocus(page, mode);
  await press(page, page.getByLabel('Old versions'), 'Space');
  await expect.poll(() => search(page)['versions'], SOON).toBe('all');
  // A box to tick is no place to type in.
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await expectFocus(page, found(page).locator('li').nth(1).getByRole('link').first());
  await page.keyboard.press('o');
  await expect.poll(() => new URL(page.url()).pathname, SOON).not.toBe('/search');
  await expectFocus(page, page.getByRole('main'));
});

test('live is paused by p, filtered and left by Escape, and an entry is opened', BY_KEYBOARD, async () => {
  const { page } = await web.openPage({ path: '/live' });
  const entries = page.getByRole('region', { name: 'Entries, the newest first' });
  await entries.getByText('design v1 created').waitFor();
  await page.keyboard.press('p');
  await page.getByText('0 held back').waitFor();
  await press(page, page.getByRole('button', { name: 'Go on' }));
  await expectFocus(page, page.getByRole('button', { name: 'Pause' }));
  await page.keyboard.press('/');
  await page.keyboard.type('design v1 p');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('design v1');
  await expect.poll(() => entries.locator('li').count(), SOON).toBe(1);
  expect(await page.getByText('held back').count()).toBe(0);
  await page.keyboard.press('Escape');
  await expectFocus(page, page.getByRole('button', { name: 'Pause' }));
  expect(search(page)['q']).toBe('design v1');
  await page.keyboard.press('j');
  await expectFocus(page, entries.getByRole('link', { name: 'zoo' }));
  await page.keyboard.press('Enter');
  await expect.poll(() => new URL(page.url()).pathname, SOON).toBe('/runs/zoo');
});

test('stats are grouped and narrowed without the keyboard being lost', BY_KEYBOARD, async () => {
  const { page } = await web.openPage({ path: '/stats' });
  await page.getByRole('heading', { level: 1, name: 'Stats' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('by step');
  await page.getByRole('row', { name: /^design_step/ }).waitFor();
  await expectFocus(page, page.getByLabel('Grouped by'));
  for (const [label, typed, name, value] of [
    ['Time', '7', 'days', '7'],
    ['What the chart shows', 'Lat', 'measure', 'latency'],
  ] as const) {
    await tabTo(page, page.getByLabel(label));
    await page.keyboard.type(typed);
    await expect.poll(() => search(page)[name], SOON).toBe(value);
    await expectFocus(page, page.getByLabel(label));
  }
});
