import { setUpWeb } from '@stepledger/testing/browser';
import { beforeAll, expect, test } from 'vitest';
import { expectGoodLooks } from './support/looks.ts';

const web = setUpWeb();

const SOON = { timeout: 20_000 };

beforeAll(async () => {
  const run = await web.ledger.run({ key: 'before' });
  await run.step('design_step').documents.put({ kind: 'design', text: 'One.\n', status: 'draft' });
});

test('what was there is shown, what comes is added once and in words, a pause holds it back', async () => {
  const { page } = await web.openPage({ path: '/live' });
  const entries = page.getByRole('region', { name: 'Entries, the newest first' });
  await entries.getByText('design v1 created, draft').waitFor();
  expect(await entries.getByText('new', { exact: true }).count()).toBe(0);
  await page.getByText('Live', { exact: true }).last().waitFor();

  const run = await web.ledger.run({ key: 'while it is open' });
  const step = run.step('code_step');
  await step.documents.put({ kind: 'code', key: 'a.ts', text: 'a\n' });
  const lines = entries.locator('li', { hasText: 'while it is open' });
  await lines.filter({ hasText: 'code/a.ts v1 created' }).filter({ hasText: 'code_step' }).waitFor();

  await page.keyboard.press('p');
  const before = await lines.count();
  await step.documents.put({ kind: 'code', key: 'b.ts', text: 'b\n' });
  await page.getByText('1 held back').waitFor();
  expect(await lines.count()).toBe(before);
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect.poll(() => lines.count(), SOON).toBe(before + 1);
  expect(await entries.getByText('code/b.ts v1 created').count()).toBe(1);

  await expect(step.record({ prompt: 'Code?', error: 'rate limit' })).resolves.toBeDefined();
  await entries.getByText('rate limit').waitFor();
  await page.getByLabel('Only failures').check();
  await expect.poll(() => entries.locator('li').count(), SOON).toBe(1);
  expect(new URL(page.url()).search).toBe('?errors=true');
  await page.getByLabel('Only failures').uncheck();
  await page.keyboard.press('/');
  await page.keyboard.type('DESIGN V1');
  await expect.poll(() => entries.locator('li').count(), SOON).toBe(1);
});

test('the feed is open to everybody', async () => {
  await expectGoodLooks(web, {
    path: '/live',
    shown: (page) => page.getByText('design v1 created').waitFor(),
  });
});
