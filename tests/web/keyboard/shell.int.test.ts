import { findAxeViolations, setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { BY_KEYBOARD, expectFocus, expectFocusKept, press, tabTo } from '../support/keyboard.ts';
import { writeSampleRun } from '../support/sample-run.ts';

const web = setUpWeb();
let exchangeId: string;
let documentId: string;

beforeAll(async () => {
  const run = await writeSampleRun(web.ledger, 'todo-app');
  await web.ledger.prompts.put({ name: 'design', template: 'Design {{what}}.' });
  documentId = (await run.documents.get({ kind: 'design' })).id;
  const { items } = await web.ledger.exchanges.list({ runId: run.id });
  exchangeId = items[0]?.id ?? '';
});

const palette = (page: Page) => page.getByRole('dialog', { name: 'Go to' });
const help = (page: Page) => page.getByRole('dialog', { name: 'Keyboard' });
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true });
const go = (page: Page) => page.getByRole('button', { name: /^Go to/ });

const PAGES: readonly { path: () => string; shown: string; filter: string | null }[] = [
  { path: () => '/', shown: 'Runs', filter: null },
  { path: () => '/runs/todo-app', shown: 'todo-app', filter: null },
  { path: () => `/exchanges/${exchangeId}`, shown: 'design_step:1 asks small', filter: null },
  { path: () => `/documents/${documentId}`, shown: 'design', filter: null },
  { path: () => '/compare', shown: 'Compare', filter: null },
  { path: () => '/prompts', shown: 'Prompts', filter: null },
  { path: () => '/prompts/design', shown: 'design', filter: null },
  {
    path: () => '/subtasks/todo-app',
    shown: 'Subtasks of todo-app',
    filter: 'Without one, all documents are shown.',
  },
  { path: () => '/search', shown: 'Search', filter: 'Search for' },
  { path: () => '/live', shown: 'Live', filter: 'Filter by run, step, document, kind or actor' },
  { path: () => '/stats', shown: 'Stats', filter: 'Grouped by' },
  { path: () => '/settings', shown: 'Settings', filter: null },
];

test.each(PAGES)(
  'on $shown, Ctrl-K and / go where they say, Escape goes back, and each stop of Tab is seen',
  async ({ path, shown, filter }) => {
    const { page } = await web.openPage({ path: path() });
    await heading(page, shown).waitFor();
    await tabTo(page, go(page));
    for (const key of ['Control+k', 'Meta+k']) {
      await page.keyboard.press(key);
      await expectFocus(page, palette(page).getByRole('combobox'));
      await page.keyboard.press('Escape');
      await palette(page).waitFor({ state: 'detached' });
      await expectFocus(page, go(page));
    }
    await page.keyboard.press('/');
    await expectFocus(page, filter === null ? palette(page).getByRole('combobox') : page.getByLabel(filter));
    await page.keyboard.press('Escape');
    await expectFocus(page, go(page));
    // All around, and back to where it began.
    await page.keyboard.press('Tab');
    await tabTo(page, go(page));
  },
);

test(
  'Ctrl-K works while something is typed, and gives the field back with all that was in it',
  BY_KEYBOARD,
  async () => {
    const { page } = await web.openPage({ path: '/search' });
    await heading(page, 'Search').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('a jok?/[]');
    const field = page.getByLabel('Search for');
    await page.keyboard.press('Control+k');
    await expectFocus(page, palette(page).getByRole('combobox'));
    await page.keyboard.type('jk?/');
    expect(await palette(page).getByRole('combobox').inputValue()).toBe('jk?/');
    await page.keyboard.press('Control+k');
    await palette(page).waitFor({ state: 'detached' });
    await expectFocus(page, field);
    expect(await field.inputValue()).toBe('a jok?/[]');
    expect(await help(page).count()).toBe(0);
  },
);

test('Escape leaves a filter that was come to by pointer or by Tab', BY_KEYBOARD, async () => {
  const { page } = await web.openPage({ path: '/search' });
  await heading(page, 'Search').waitFor();
  const field = page.getByLabel('Search for');
  await field.click();
  await page.keyboard.press('Escape');
  await expectFocus(page, page.getByRole('main'));
  await tabTo(page, field);
  await page.keyboard.press('Escape');
  await expectFocus(page, page.getByRole('main'));
  // The palette, opened on the way, leads back into the filter, and that to where it was come from.
  await tabTo(page, go(page));
  await page.keyboard.press('/');
  await page.keyboard.press('Control+k');
  await expectFocus(page, palette(page).getByRole('combobox'));
  await page.keyboard.press('Escape');
  await expectFocus(page, field);
  await page.keyboard.press('Escape');
  await expectFocus(page, go(page));
});

test(
  'what is typed before the palette has been fetched is not lost, and Escape leaves it',
  BY_KEYBOARD,
  async () => {
    const { page } = await web.openPage({ path: '/prompts' });
    await heading(page, 'Prompts').waitFor();
    await tabTo(page, go(page));
    const fetched = Promise.withResolvers<void>();
    await page.route(/\/palette-[^/]*\.js/, async (route) => {
      await fetched.promise;
      await route.continue();
    });
    const waiting = page.getByRole('textbox', { name: 'Go to' });
    await page.keyboard.press('Control+k');
    await expectFocus(page, waiting);
    await page.keyboard.press('Escape');
    await waiting.waitFor({ state: 'detached' });
    await expectFocus(page, go(page));
    await page.keyboard.press('Control+k');
    await page.keyboard.type('comp');
    await expect.poll(() => waiting.inputValue()).toBe('comp');
    fetched.resolve();
    await expectFocus(page, palette(page).getByRole('combobox'));
    await page.keyboard.type('are');
    await palette(page).getByRole('option', { name: 'Compare', exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await heading(page, 'Compare').waitFor();
    await expectFocusKept(page);
  },
);

test('the keys are told by ?, by a button and in the palette', BY_KEYBOARD, async () => {
  const { page } = await web.openPage();
  await heading(page, 'Runs').waitFor();
  const button = page.getByRole('button', { name: 'Keyboard shortcuts' });
  await press(page, button);
  await help(page).getByText('To the filter or the search of the page').waitFor();
  expect(await findAxeViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expectFocus(page, button);
  await page.keyboard.press('?');
  await help(page).waitFor();
  // What lies behind a window is left alone.
  await page.keyboard.press('j');
  await page.keyboard.press('o');
  await page.keyboard.press('Escape');
  await help(page).waitFor({ state: 'detached' });
  await expectFocus(page, button);
  await heading(page, 'Runs').waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('keyb');
  await palette(page).getByRole('option', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await help(page).waitFor();
  await page.keyboard.press('Escape');
  await help(page).waitFor({ state: 'detached' });
  await expectFocus(page, button);
});

test('with Ctrl, Alt or a capital letter, a key is no shortcut', BY_KEYBOARD, async () => {
  const { page } = await web.openPage();
  await page.getByRole('link', { name: 'todo-app', exact: true }).waitFor();
  for (const key of ['Control+j', 'Alt+j', 'J', 'Control+Shift+K', 'Alt+k', 'Alt+/', 'Alt+?']) {
    await page.keyboard.press(key);
  }
  expect(await page.getByRole('dialog').count()).toBe(0);
  expect(await page.evaluate(`document.activeElement === document.body`)).toBe(true);
  await page.keyboard.press('j');
  await expectFocus(page, page.getByRole('link', { name: 'todo-app', exact: true }));
});

test(
  'the first Tab leads past the navigation, and on a narrow screen the menu hands on to the page',
  BY_KEYBOARD,
  async () => {
    const { page } = await web.openPage({ width: 390 });
    await heading(page, 'Runs').waitFor();
    await page.keyboard.press('Tab');
    await expectFocus(page, page.getByRole('link', { name: 'Skip to the page' }));
    await page.keyboard.press('Enter');
    await expectFocus(page, page.getByRole('main'));
    await press(page, page.getByRole('button', { name: 'Menu' }));
    await press(page, page.getByRole('link', { name: 'Settings' }));
    await heading(page, 'Settings').waitFor();
    await expectFocus(page, page.getByRole('main'));
    await press(page, page.getByRole('button', { name: 'Menu' }), 'Enter');
    await page.getByText('Project default').waitFor();
    expect(await findAxeViolations(page)).toEqual([]);
    await press(page, page.getByRole('button', { name: /^Theme: system/ }));
    await page.getByRole('button', { name: /^Theme: light/ }).waitFor();
    await press(page, page.getByRole('button', { name: 'Keyboard shortcuts' }));
    await help(page).waitFor();
  },
);

test('a page that was opened from another has the keyboard', BY_KEYBOARD, async () => {
  const { page } = await web.openPage({ path: '/prompts' });
  await page.keyboard.press('Tab');
  await press(page, page.getByRole('main').getByRole('link', { name: 'design' }));
  await heading(page, 'design').waitFor();
  await expectFocus(page, page.getByRole('main'));
  // A browser without a window has no key for it.
  await page.goBack();
  await heading(page, 'Prompts').waitFor();
  await expectFocusKept(page);
});
