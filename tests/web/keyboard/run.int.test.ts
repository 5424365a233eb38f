import { setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { BY_KEYBOARD, expectFocus, expectFocusKept, press, tabTo, typeInto } from '../support/keyboard.ts';
import { writeSampleRun } from '../support/sample-run.ts';

const web = setUpWeb();

const SOON = { timeout: 20_000 };

beforeAll(async () => {
  await writeSampleRun(web.ledger, 'todo-app');
});

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true });
const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const search = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

test('revisions are gone through by the slider, its buttons and the brackets', BY_KEYBOARD, async () => {
  const { page } = await web.openPage({ path: '/runs/todo-app' });
  const slider = page.getByRole('slider');
  await tabTo(page, slider);
  for (const [key, at] of [
    ['ArrowLeft', '6'],
    ['Home', '1'],
    ['ArrowRight', '2'],
    ['End', undefined],
    ['[', '6'],
    [']', undefined],
  ] as const) {
    await page.keyboard.press(key);
    await expect.poll(() => search(page)['at'], { ...SOON, message: key }).toBe(at);
    await expectFocus(page, slider);
  }
  const before = button(page, 'Previous revision');
  await tabTo(page, before, { key: 'Shift+Tab' });
  for (let presses = 0; presses < 6; presses++) await page.keyboard.press('Enter');
  await expect.poll(() => search(page)['at'], SOON).toBe('1');
  // It can go no further, and yet does not let go of the keyboard.
  await expectFocus(page, before);
  await page.keyboard.press('Enter');
  await expectFocus(page, before);
  await press(page, button(page, 'Back to the newest'));
  await expect.poll(() => search(page), SOON).toEqual({});
  await expectFocusKept(page);
});

test(
  'each tab of a run is opened, and what it lists is chosen by j and opened by o',
  BY_KEYBOARD,
  async () => {
    const { page } = await web.openPage({ path: '/runs/todo-app' });
    for (const tab of ['Exchanges', 'Parses', 'Lineage', 'Entries', 'Documents']) {
      await press(page, button(page, tab));
      await page.getByRole('heading', { level: 2, name: new RegExp(`^${tab} of`) }).waitFor();
      await expectFocus(page, button(page, tab));
    }
    await page.keyboard.press('j');
    await expectFocus(page, link(page, 'requirement'));
    await page.keyboard.press('j');
    await page.keyboard.press('o');
    await heading(page, 'design').waitFor();
    await expectFocus(page, page.getByRole('main'));
  },
);

test(
  'steps are walked, chosen and shown as a timeline, and what is stale is accepted',
  BY_KEYBOARD,
  async () => {
    const run = await writeSampleRun(web.ledger, 'steps');
    const { page } = await web.openPage({ path: '/runs/steps' });
    const steps = page.getByRole('region', { name: 'Steps of the run' });
    const plan = steps.getByRole('button', { name: /^plan_step/ });
    const design = steps.getByRole('button', { name: /^design_step:1/ });
    await tabTo(page, steps);
    await page.keyboard.press('j');
    await expectFocus(page, plan);
    await page.keyboard.press('j');
    await expectFocus(page, design);
    await page.keyboard.press('Enter');
    await expect.poll(() => search(page)['step'], SOON).toBe('design_step:1');
    await expectFocus(page, design);
    await press(page, button(page, 'Show all'));
    await expect.poll(() => search(page), SOON).toEqual({});
    await expectFocusKept(page);
    await press(page, button(page, 'timeline'));
    await expect.poll(() => search(page)['steps'], SOON).toBe('timeline');
    await expectFocus(page, button(page, 'timeline'));
    await press(page, button(page, 'Lineage'));
    await press(page, button(page, 'Accept as it is'));
    await expect
      .poll(async () => (await web.ledger.links.stale({ runId: run.id })).documents, SOON)
      .toEqual([]);
    await button(page, 'Accept as it is').waitFor({ state: 'detached' });
    await expectFocusKept(page);
  },
);

test('a fork begins at a step, with any letter in its key, and Escape leads back', BY_KEYBOARD, async () => {
  const { page } = await web.openPage({ path: '/runs/todo-app' });
  const fork = button(page, 'Fork right before design_step:1');
  const dialog = page.getByRole('dialog', { name: 'Fork this run' });
  await press(page, fork);
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await expectFocus(page, fork);
  await page.keyboard.press('Enter');
  await typeInto(page, dialog.getByLabel('Key of the new run'), 'jok');
  await typeInto(page, dialog.getByLabel('Goal'), 'Jokes, /?');
  await press(page, dialog.getByRole('button', { name: 'Fork' }));
  await heading(page, 'jok').waitFor();
  expect(await web.ledger.runs.get({ key: 'jok' })).toMatchObject({ goal: 'Jokes, /?' });
  await expectFocus(page, page.getByRole('main'));
  await press(page, link(page, 'Subtasks'));
  await heading(page, 'Subtasks of jok').waitFor();
  await expectFocusKept(page);
});
