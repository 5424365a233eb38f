import { findAxeViolations, setUpWeb } from '@stepledger/testing/browser';
import { beforeAll, expect, test } from 'vitest';
import { expectGoodLooks } from './support/looks.ts';

const web = setUpWeb();

const SOON = { timeout: 20_000 };

beforeAll(async () => {
  const { ledger } = web;
  await ledger.prompts.put({ name: 'greeting', template: 'Greet the walrus in {{language}}.' });
  const run = await ledger.run({ key: 'zoo', goal: 'A page for the zoo' });
  const step = run.step('design_step');
  await step.documents.put({ kind: 'design', text: 'The walrus <b>swims</b> to the left.\n' });
  await step.record({ prompt: 'Where does the walrus swim?', response: 'The walrus swims to the left.' });
  for (let at = 0; at < 60; at++) {
    await step.documents.put({ kind: 'note', key: `note ${at}`, text: `A heron, number ${at}.\n` });
  }
});

test('one box finds documents, prompts and responses, and the URL keeps what was asked', async () => {
  const { page } = await web.openPage({ path: '/search' });
  await page.getByRole('heading', { name: 'Search everything' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('walrus');
  const found = page.getByRole('region', { name: 'What was found' });
  await expect.poll(() => found.locator('li').count(), SOON).toBe(4);
  expect(new URL(page.url()).search).toBe('?q=walrus');
  expect(await found.locator('mark').allTextContents()).toEqual(Array(4).fill('walrus'));
  expect(await found.textContent()).toContain('The walrus <b>swims</b> to the left.');

  await page.getByRole('button', { name: 'response 1' }).click();
  await expect.poll(() => found.locator('li').count(), SOON).toBe(1);
  await page.reload();
  await expect.poll(() => found.locator('li').count(), SOON).toBe(1);
  await page.getByRole('button', { name: 'response 1' }).click();
  await expect.poll(() => found.locator('li').count(), SOON).toBe(4);

  await page.getByRole('searchbox').fill('wolrus');
  await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
  await page.getByLabel('How the text is understood').selectOption('fuzzy');
  await page.getByText('was also taken for walrus').waitFor();
});

test('a long answer is read to its end with the keyboard, and a hit opens with Enter', async () => {
  const { page } = await web.openPage({ path: '/search?q=heron' });
  const found = page.getByRole('region', { name: 'What was found' });
  await found.locator('li').first().waitFor();
  // More is read when the reader comes near the end of what is there.
  const walk = async () => {
    for (let at = 0; at < 10; at++) await page.keyboard.press('j');
    return found.textContent();
  };
  await expect.poll(walk, SOON).toContain('number 0.');
  await found.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => new URL(page.url()).pathname, SOON).toMatch(/^\/documents\//);
});

test('Ctrl-K goes from everywhere to pages, to runs by their key and to texts', async () => {
  const { page } = await web.openPage();
  await page.getByRole('link', { name: 'zoo' }).first().waitFor();
  const palette = page.getByRole('dialog', { name: 'Go to' });
  const open = async (typed: string) => {
    // Pressed while it is open, the keys would close it.
    await palette.waitFor({ state: 'detached' });
    await page.keyboard.press('Control+k');
    await palette.waitFor();
    await page.keyboard.type(typed);
  };
  await open('sear');
  await palette.getByRole('option', { name: 'Search', exact: true }).waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(() => new URL(page.url()).pathname, SOON).toBe('/search');

  await open('the zoo');
  await palette.getByRole('option', { name: 'zoo A page for the zoo' }).waitFor();
  expect(await findAxeViolations(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await expect.poll(() => new URL(page.url()).pathname, SOON).toBe('/runs/zoo');

  await open('walrus');
  await palette.getByRole('option', { name: /^prompt greeting/ }).click();
  await expect.poll(() => new URL(page.url()).pathname, SOON).toBe('/prompts/greeting');

  await open('no-such-run');
  await palette.getByRole('option', { name: /with the key .no-such-run/ }).waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => palette.count(), SOON).toBe(0);
});

test('the search is open to everybody', async () => {
  await expectGoodLooks(web, {
    path: '/search?q=walrus',
    shown: (page) => page.locator('mark').first().waitFor(),
  });
});
