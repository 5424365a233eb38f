import { setUpWeb } from '@stepledger/testing/browser';
import { beforeAll, expect, test } from 'vitest';
import { expectGoodLooks } from './support/looks.ts';

const web = setUpWeb();

const SOON = { timeout: 20_000 };

async function recordOne(runId: string, { step, outputTokens, totalMs }: Record<string, string | number>) {
  return await web.ledger.exchanges.record({
    runId,
    step: { name: String(step) },
    model: 'small',
    prompt: { name: 'design', version: 1 },
    messages: [{ role: 'user', content: 'Design.' }],
    response: 'Done.',
    usage: { inputTokens: 1000, outputTokens: Number(outputTokens) },
    totalMs: Number(totalMs),
  });
}

beforeAll(async () => {
  const { ledger } = web;
  await ledger.prompts.put({ name: 'design', template: 'Design.' });
  const run = await ledger.run({ key: 'measured' });
  const { exchangeId } = await recordOne(run.id, { step: 'design_step', outputTokens: 200, totalMs: 1500 });
  await recordOne(run.id, { step: 'code_step', outputTokens: 34, totalMs: 900 });
  await ledger.parses.record({ exchangeId, status: 'failed', error: 'no heading' });
});

test('tokens, latency and failed parses stand in a chart and a table, by step, model, prompt and day', async () => {
  const { page } = await web.openPage({ path: '/stats' });
  const { items } = await web.ledger.exchanges.list({ limit: 1 });
  await page.getByRole('rowheader', { name: items[0]?.openedAt.slice(0, 10) ?? 'a day' }).waitFor();
  await page.getByRole('img', { name: 'Tokens by day' }).getByText('2,234').waitFor();

  await page.getByLabel('Grouped by').selectOption('step');
  const row = page.getByRole('row', { name: /^design_step/ });
  await row.waitFor();
  expect(await row.getByRole('cell').allTextContents()).toEqual([
    '1',
    '0',
    '1,000',
    '200',
    '1.5 s',
    '1.5 s',
    '–',
    '–',
    '0',
    '1',
    '100 %',
    '1',
  ]);
  expect(new URL(page.url()).search).toBe('?by=step');
  await page.getByLabel('What the chart shows').selectOption('latency');
  await page.getByRole('img', { name: 'Latency by step' }).getByText('900 ms').waitFor();

  await page.getByLabel('Grouped by').selectOption('model');
  await page.getByRole('rowheader', { name: 'small' }).waitFor();
  await page.getByLabel('Grouped by').selectOption('prompt');
  await page.getByRole('link', { name: 'design v1' }).click();
  await expect.poll(() => page.url(), SOON).toMatch(/\/prompts\/design\?version=1$/);
});

test('new exchanges are counted without a reload, and a time without any says so', async () => {
  const { page } = await web.openPage({ path: '/stats?by=step&workflow=none' });
  await page.getByRole('heading', { name: 'No exchanges in this time' }).waitFor();
  await page.getByLabel('Workflow').selectOption('');
  await page.getByRole('row', { name: /^design_step/ }).waitFor();
  const run = await web.ledger.run({ key: 'while it is open' });
  await recordOne(run.id, { step: 'review_step', outputTokens: 1, totalMs: 10 });
  await page.getByRole('row', { name: /^review_step/ }).waitFor();
  expect(new URL(page.url()).search).toBe('?by=step');
});

test('the stats are open to everybody', async () => {
  await expectGoodLooks(web, {
    path: '/stats?by=step&measure=latency',
    shown: (page) => page.getByRole('img', { name: 'Latency by step' }).waitFor(),
  });
});

test('bars are seen where the system chooses the colours', async () => {
  const { page } = await web.openPage({ path: '/stats' });
  await page.emulateMedia({ forcedColors: 'active' });
  const bar = page.getByRole('img', { name: 'Tokens by day' }).locator('span[style]').first();
  await bar.waitFor({ state: 'attached' });
  const colorOf = (selector: string) =>
    page.evaluate<string>(
      `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).backgroundColor`,
    );
  const [behind, shown] = [await colorOf('body'), await colorOf('[role=img] span[style]')];
  expect(shown).not.toBe(behind);
  expect(shown).not.toBe('rgba(0, 0, 0, 0)');
});
