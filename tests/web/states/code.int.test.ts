import { findAxeViolations, setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { expectFocus } from '../support/keyboard.ts';
import { type Ids, writeWorld } from './pages.ts';
import { EXPECTED } from './support.ts';

const web = setUpWeb();
let ids: Ids;

beforeAll(async () => {
  ids = await writeWorld(web.ledger);
});

const NOT_LOADED = 'A part of this page could not be loaded: the server is away or was updated';
const alertOf = (page: Page) => page.getByRole('alert').getByText(NOT_LOADED);
const goTo = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();

test('a page whose code cannot be fetched offline says so beside the navigation, and comes with the connection', async () => {
  const { page } = await web.openPage({ expected: EXPECTED });
  await page.getByRole('link', { name: 'app-fork', exact: true }).waitFor();
  await page.context().setOffline(true);
  await goTo(page, 'Stats');
  await alertOf(page).waitFor();
  await goTo(page, 'Runs');
  await page.getByRole('link', { name: 'app-fork', exact: true }).waitFor();
  await goTo(page, 'Stats');
  await alertOf(page).waitFor();
  await page.context().setOffline(false);
  await page.getByRole('heading', { name: 'Stats', level: 1 }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

test('a page of an older build than the server has offers to reload', async () => {
  const { page } = await web.openPage({ expected: EXPECTED });
  await page.getByRole('link', { name: 'app-fork', exact: true }).waitFor();
  await page.route(/\/assets\/stats\.page/, (route) => route.continue({ url: `${web.url}/assets/gone.js` }));
  await goTo(page, 'Stats');
  await alertOf(page).waitFor();
  await page.getByRole('button', { name: 'Try again' }).click();
  await alertOf(page).waitFor();
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Reload the page' }).click();
  await page.getByRole('heading', { name: 'Stats', level: 1 }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/stats');
});

test('a panel whose code is missing leaves the rest of its page', async () => {
  const { page } = await web.openPage({ path: '/runs/app', expected: EXPECTED });
  await page.getByRole('heading', { name: 'app', level: 1 }).waitFor();
  await page.route(/\/assets\/(lineage|palette)-/, (route) => route.abort());
  await page.getByRole('button', { name: 'Lineage', exact: true }).click();
  await alertOf(page).waitFor();
  await page.getByRole('heading', { name: 'app', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Documents', exact: true }).click();
  await page.getByRole('link', { name: 'requirement', exact: true }).waitFor();
  for (const close of ['Escape', 'Enter']) {
    await page.keyboard.press('Control+k');
    const failed = page.getByRole('dialog', { name: 'This cannot be opened' });
    await failed.getByRole('alert').waitFor();
    if (close === 'Enter') await failed.getByRole('button', { name: 'Close' }).focus();
    await page.keyboard.press(close);
    await failed.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'requirement', exact: true }).waitFor();
    await expectFocus(page, page.getByRole('button', { name: 'Documents', exact: true }));
  }
  await page.keyboard.press('Control+k');
  await alertOf(page).waitFor();
  await page.keyboard.press('Control+k');
  await alertOf(page).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Documents', exact: true }).focus();
  await page.keyboard.press('Control+k');
  await alertOf(page).waitFor();
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('dialog', { name: 'Go to' }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  await page.keyboard.press('Escape');
  await expectFocus(page, page.getByRole('button', { name: 'Documents', exact: true }));
});

test('a help whose code is missing can be left, and is there the next time', async () => {
  const { page } = await web.openPage({ expected: EXPECTED });
  await page.getByRole('link', { name: 'app-fork', exact: true }).waitFor();
  await page.route(/\/assets\/keyboard-help/, (route) => route.abort());
  await page.keyboard.press('?');
  await alertOf(page).waitFor();
  expect(await findAxeViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await alertOf(page).waitFor({ state: 'detached' });
  await page.unrouteAll();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
});

test('a text whose reader of Markdown cannot be fetched is not taken for too long', async () => {
  const { page } = await web.openPage({ path: '/', expected: EXPECTED });
  let asked = 0;
  await page.route(/\/assets\/markdown\.worker/, (route) => {
    asked += 1;
    return route.abort();
  });
  await page.goto(`/documents/${ids.document}`);
  await alertOf(page).waitFor();
  await page.getByRole('button', { name: 'Reload the page' }).waitFor();
  // It is not asked for by itself, again and again, while the server is well.
  await page.waitForTimeout(6_000);
  expect(asked).toBe(1);
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.markdown').getByText('Todos, with dates.').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

test('a page is never blank while its code is on the way', async () => {
  const { page } = await web.openPage({ path: '/icon.svg', expected: EXPECTED });
  const [held, pageHeld] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await page.route(/\/assets\/.*\.js$/, async (route) => {
    await (route.request().url().includes('/runs.page') ? pageHeld : held).promise;
    await route.continue();
  });
  await page.goto('/', { waitUntil: 'commit' });
  await page.getByText('Stepledger is loading').waitFor();
  held.resolve();
  await page.getByText('Stepledger is loading').waitFor({ state: 'detached' });
  await page.getByText('Loading…').first().waitFor();
  pageHeld.resolve();
  await page.getByRole('link', { name: 'app-fork', exact: true }).waitFor();
  expect(await page.getByText('Loading…').count()).toBe(0);
});

test('a page that cannot draw what it got leaves the way to others', async () => {
  const { page } = await web.openPage({ expected: [/TypeError/] });
  await page.getByRole('link', { name: 'app-fork', exact: true }).waitFor();
  await page.route(/\/trpc\/[^?]*prompts\.list/, async (route) => {
    const response = await route.fetch();
    const text = (await response.text()).replaceAll(/"labels":\[[^\]]*\]/g, '"labels":null');
    await route.fulfill({ response, body: text });
  });
  await goTo(page, 'Prompts');
  await page.getByRole('alert').getByText('This could not be shown').waitFor();
  await goTo(page, 'Runs');
  await page.getByRole('link', { name: 'app-fork', exact: true }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

test('an app that cannot be started says so', async () => {
  const { page } = await web.openPage({ path: '/icon.svg', expected: EXPECTED });
  await page.route(/\/assets\/start-.*\.js$/, (route) => route.abort());
  await page.goto('/');
  await page.getByText('Stepledger cannot be shown').waitFor();
  expect(await page.getByText('Reload the page to try again').isVisible()).toBe(true);
});
