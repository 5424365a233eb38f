import { setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { BY_KEYBOARD, expectFocus, press, tabTo, typeInto } from '../support/keyboard.ts';

const web = setUpWeb();

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const card = (page: Page, text: string) => page.getByRole('article').filter({ hasText: text });
const column = (page: Page, name: RegExp) => page.getByRole('region', { name });
const status = (page: Page, key: string) => page.getByLabel(`Status of subtask/${key}`);

async function planWork(key: string) {
  const run = await web.ledger.run({ key });
  for (const task of ['schema', 'page', 'tests']) {
    await run
      .step('plan_step')
      .documents.put({ kind: 'subtask', key: task, text: `${task}\n`, status: 'open' });
  }
  return run;
}

test('a status is chosen, and the keyboard goes with the subtask into its column', BY_KEYBOARD, async () => {
  const run = await planWork('board');
  const { page } = await web.openPage({ path: '/subtasks/board' });
  await tabTo(page, status(page, 'page'));
  await page.keyboard.type('done');
  await column(page, /^Done 1/)
    .getByText('subtask/page')
    .waitFor();
  await column(page, /^Open 2/).waitFor();
  await expectFocus(page, status(page, 'page'));
  await page.keyboard.press('End');
  await column(page, /^Dropped 1/)
    .getByText('subtask/page')
    .waitFor();
  await expectFocus(page, status(page, 'page'));
  expect(await run.documents.get({ kind: 'subtask', key: 'page' })).toMatchObject({
    status: 'dropped',
    version: 3,
  });
});

test('a status is chosen by arrows without those on the way being saved', BY_KEYBOARD, async () => {
  const run = await planWork('arrows');
  const { page } = await web.openPage({ path: '/subtasks/arrows' });
  await tabTo(page, status(page, 'tests'));
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
  await column(page, /^Done 1/)
    .getByText('subtask/tests')
    .waitFor();
  await expectFocus(page, status(page, 'tests'));
  expect(await run.documents.get({ kind: 'subtask', key: 'tests' })).toMatchObject({
    status: 'done',
    version: 2,
  });
});

test('a card that somebody else moves takes the keyboard only from who is on it', BY_KEYBOARD, async () => {
  const run = await planWork('moved');
  const { page } = await web.openPage({ path: '/subtasks/moved' });
  await tabTo(page, status(page, 'page'));
  await page.keyboard.type('done');
  await column(page, /^Done 1/)
    .getByText('subtask/page')
    .waitFor();
  await expectFocus(page, status(page, 'page'));
  await tabTo(page, button(page, 'Claim the next'));
  const document = await run.documents.get({ kind: 'subtask', key: 'page' });
  await document.update({ status: 'dropped' });
  await column(page, /^Dropped 1/)
    .getByText('subtask/page')
    .waitFor();
  await expectFocus(page, button(page, 'Claim the next'));
});

test('the next is claimed, renewed and released', BY_KEYBOARD, async () => {
  const run = await planWork('claims');
  const { page } = await web.openPage({ path: '/subtasks/claims' });
  await card(page, 'schema').getByText('ready').waitFor();
  const holder = page.getByLabel('Who is going to work on it');
  await typeInto(page, holder, 'jok');
  await page.keyboard.press('Enter');
  await card(page, 'schema').getByText('Held by jok').waitFor();
  await expectFocus(page, holder);
  const renew = card(page, 'schema').getByRole('button', { name: 'Renew' });
  await press(page, renew);
  await expectFocus(page, renew);
  await press(page, card(page, 'schema').getByRole('button', { name: 'Release' }));
  await card(page, 'schema').getByText('ready').waitFor();
  await expectFocus(page, card(page, 'schema'));
  expect((await web.ledger.documents.claims({ runId: run.id })).items).toEqual([]);
});

test('only one kind is shown, then what depends on what', BY_KEYBOARD, async () => {
  const run = await planWork('views');
  await run.step('plan_step').documents.put({ kind: 'note', text: 'jok\n' });
  const { page } = await web.openPage({ path: '/subtasks/views?kind=' });
  await card(page, 'note').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('subtask');
  await card(page, 'note').waitFor({ state: 'detached' });
  await expectFocus(page, page.getByLabel(/^Kind/));
  await page.keyboard.press('Escape');
  await expectFocus(page, page.getByRole('main'));
  await press(page, button(page, 'Dependencies'));
  await page.getByText('None depends on another.').waitFor();
  await expectFocus(page, button(page, 'Dependencies'));
});
