import { setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { EXPECTED, holdBack, loseAnswer, SOON } from './support.ts';

const web = setUpWeb();

beforeAll(async () => {
  for (let n = 0; n < 60; n++) await web.ledger.run({ key: `run-${n}` });
});

const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true });

test('who takes off a filter that left no run is not told how to make a first one', async () => {
  const { page } = await web.openPage({ path: '/?status=failed' });
  await page.getByText('No run is like that').waitFor();
  const letGo = await holdBack(page, /runs\.overview/);
  await page.getByRole('button', { name: 'Show all runs' }).click();
  await page.getByText('Loading…').waitFor();
  // Its code would come meanwhile.
  await page.waitForTimeout(1_000);
  expect(await page.getByRole('region', { name: 'A first run' }).count()).toBe(0);
  expect(await page.getByText('No run is like that').count()).toBe(0);
  letGo();
  await link(page, 'run-59').waitFor();
});

test('a filter whose runs cannot be read shows why, and no runs that are not like that', async () => {
  const { page } = await web.openPage({ expected: EXPECTED });
  await link(page, 'run-59').waitFor();
  const answers = await loseAnswer(page, 'runs.overview', { isDone: false });
  await page.getByLabel('Status').selectOption('failed');
  await page.getByRole('alert').waitFor();
  expect(await link(page, 'run-59').count()).toBe(0);
  await answers.restore();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('No run is like that').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

test('runs in another order are read from the top', async () => {
  const { page } = await web.openPage();
  await link(page, 'run-59').waitFor();
  const region = page.getByRole('region', { name: 'Runs' });
  const top = () => region.evaluate((box: { scrollTop: number }) => box.scrollTop);
  await expect
    .poll(async () => {
      await region.evaluate((box: { scrollTop: number }) => {
        box.scrollTop = 1000;
      });
      return top();
    }, SOON)
    .toBe(1000);
  await page.getByRole('button', { name: 'Started' }).click();
  await expect.poll(() => link(page, 'run-0').isVisible(), SOON).toBe(true);
  expect(await top()).toBe(0);
  await page.goBack();
  await expect.poll(top, SOON).toBe(1000);
});
