import type { RunHandle } from '@stepledger/client';
import { setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { expectGoodLooks } from './support/looks.ts';

const web = setUpWeb();

const SOON = { timeout: 20_000 };

/** A schema, a page that depends on it, and a note without a status. */
async function planWork(key: string): Promise<RunHandle> {
  const run = await web.ledger.run({ key });
  const plan = run.step('plan_step');
  const schema = await plan.documents.put({
    kind: 'subtask',
    key: 'schema',
    text: 'A schema.\n',
    status: 'open',
  });
  await plan.documents.put({
    kind: 'subtask',
    key: 'page',
    text: 'A page.\n',
    status: 'open',
    title: 'The <b>page</b>',
    links: [{ relation: 'depends_on', to: schema.ref }],
  });
  await plan.documents.put({ kind: 'note', text: 'A note.\n' });
  return run;
}

const column = (page: Page, name: RegExp) => page.getByRole('region', { name });
const card = (page: Page, text: string) => page.getByRole('article').filter({ hasText: text });

test('the board shows what is ready, what waits and who holds what; a status is saved and frees what waited', async () => {
  const run = await planWork('board');
  const { page } = await web.openPage({ path: '/runs/board' });
  await page.getByRole('link', { name: 'Subtasks' }).click();
  await card(page, 'schema').getByText('ready').waitFor();
  await card(page, 'The <b>page</b>').getByText('waits for others').waitFor();
  expect(await card(page, 'note').count()).toBe(0);
  await page.keyboard.press('/');
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Backspace');
  await column(page, /^Without status 1/)
    .getByRole('article')
    .filter({ hasText: 'note' })
    .getByText('ready')
    .waitFor();
  await page.keyboard.type('subtask');
  await expect.poll(() => card(page, 'note').count(), SOON).toBe(0);

  await page.getByLabel('Who is going to work on it').fill('Ann');
  await page.keyboard.press('Enter');
  await card(page, 'schema').getByText('Held by Ann').waitFor();
  const { items } = await web.ledger.documents.claims({ runId: run.id });
  expect(items.map(({ holder, key }) => ({ holder, key }))).toEqual([{ holder: 'Ann', key: 'schema' }]);
  await page.getByRole('button', { name: 'Claim the next' }).click();
  await page.getByText('Nothing is ready').waitFor();
  await card(page, 'schema').getByRole('button', { name: 'Release' }).click();
  await card(page, 'schema').getByText('ready').waitFor();

  await page.getByLabel('Status of subtask/schema').selectOption('done');
  await column(page, /^Done 1/)
    .getByText('schema')
    .waitFor();
  await card(page, 'The <b>page</b>').getByText('ready').waitFor();
  const schema = await run.documents.get({ kind: 'subtask', key: 'schema' });
  expect([schema.status, schema.version]).toEqual(['done', 2]);

  // What agents do is seen as well.
  await schema.update({ status: 'dropped' });
  await column(page, /^Dropped 1/)
    .getByText('schema')
    .waitFor();
});

test('a status that somebody else was faster with is refused, and what was chosen stays to be tried again', async () => {
  const run = await planWork('conflict');
  const { page } = await web.openPage({ path: '/subtasks/conflict', expected: [/409/] });
  const status = page.getByLabel('Status of subtask/schema');
  // The page does not hear of the change before it saves, not even by what it had asked before.
  const held = Promise.withResolvers<void>();
  let isHeld = false;
  await page.route(/documents\.(list|ready|claims)/, async (route) => {
    const response = await route.fetch();
    if (isHeld) await held.promise;
    await route.fulfill({ response });
  });
  await page.reload();
  await status.waitFor();
  isHeld = true;
  const schema = await run.documents.get({ kind: 'subtask', key: 'schema' });
  await schema.update('A better schema.\n');
  await status.selectOption('done');
  await card(page, 'schema').getByRole('alert').getByText('VERSION_CONFLICT').waitFor();
  expect(await status.inputValue()).toBe('done');
  held.resolve();
  await page.unrouteAll({ behavior: 'wait' });
  await expect
    .poll(async () => {
      const again = card(page, 'schema').getByRole('button', { name: 'Try again' });
      if ((await again.count()) > 0) await again.click();
      return (await run.documents.get({ kind: 'subtask', key: 'schema' })).status;
    }, SOON)
    .toBe('done');
  expect((await run.documents.get({ kind: 'subtask', key: 'schema' })).text).toBe('A better schema.\n');
});

test('while a status is being saved no other can be chosen, and the keyboard stays', async () => {
  await planWork('saving');
  const { page } = await web.openPage({ path: '/subtasks/saving' });
  const status = page.getByLabel('Status of subtask/schema');
  const held = Promise.withResolvers<void>();
  await page.route(/documents\.update/, async (route) => {
    await held.promise;
    await route.continue();
  });
  await status.focus();
  await status.selectOption('done');
  const isOff = () => status.getAttribute('aria-disabled');
  await expect.poll(isOff, SOON).toBe('true');
  await page.keyboard.type('dropped');
  expect(await status.inputValue()).toBe('done');
  held.resolve();
  await column(page, /^Done 1/)
    .getByText('schema')
    .waitFor();
  await expect.poll(isOff, SOON).toBe('false');
  await expect.poll(() => status.evaluate((box) => box.matches(':focus')), SOON).toBe(true);
});

test('what depends on what is drawn and told, also when a later version does not say it again', async () => {
  const run = await planWork('graph');
  await (await run.documents.get({ kind: 'subtask', key: 'page' })).update('Another page.\n');
  const { page } = await web.openPage({ path: '/subtasks/graph?view=graph' });
  await page.getByText('subtask/page depends on subtask/schema').waitFor();
  const picture = page.getByRole('region', { name: 'Dependencies as a picture' });
  expect(await picture.getByRole('link').allTextContents()).toEqual([
    'subtask/schemaopen',
    'subtask/pageopen',
  ]);
});

test('board and graph are open to everybody', async () => {
  const run = await planWork('looks');
  await web.ledger.documents.claim({ runId: run.id, holder: 'Bea' });
  await expectGoodLooks(web, {
    path: '/subtasks/looks',
    shown: (page) => page.getByText('Held by Bea').waitFor(),
  });
  await expectGoodLooks(web, {
    path: '/subtasks/looks?view=graph',
    shown: (page) => page.getByText('subtask/page depends on subtask/schema').waitFor(),
  });
});
