import { createStepledger } from '@stepledger/client';
import { findAxeViolations, setUpWeb } from '@stepledger/testing/browser';
import { beforeAll, expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { expectGoodLooks } from './support/looks.ts';

const web = setUpWeb();

const SOON = { timeout: 20_000 };

beforeAll(async () => {
  await web.ledger.projects.create({ slug: 'other', name: 'Another one' });
  const run = await web.ledger.run({ key: 'only here' });
  await run.step('design_step').documents.put({ kind: 'design', text: 'One text.\n' });
});

test('a key is made, shown once, works, and is refused once it was revoked', async () => {
  const { page } = await web.openPage({ path: '/settings' });
  await page.getByLabel('Name of a new key').fill('ci <b>');
  await page.getByLabel('Access').selectOption('read');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const shown = page.getByText(/^sl_default_/);
  const token = (await shown.textContent()) ?? '';
  expect(await findAxeViolations(page)).toEqual([]);
  const reader = createStepledger({ url: web.url, token, spool: false });
  expect((await reader.runs.get({ key: 'only here' })).key).toBe('only here');

  const row = page.getByRole('row', { name: /^ci <b> read/ });
  await row.waitFor();
  await page.reload();
  await row.waitFor();
  expect(await shown.count()).toBe(0);

  await row.getByRole('button', { name: 'Revoke ci <b>' }).click();
  expect(await findAxeViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Revoke for good' }).click();
  // What stands behind a window that asks is not there to be read.
  await expect.poll(() => page.getByRole('dialog').count(), SOON).toBe(0);
  await expect.poll(() => row.count(), SOON).toBe(0);
  await expect(reader.runs.get({ key: 'only here' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await page.getByLabel('Also those that were revoked').check();
  await page.getByText(/^revoked /).waitFor();
});

test('health, versions, storage and the search index are told', async () => {
  const { page } = await web.openPage({ path: '/settings' });
  const { stepledger, postgres } = await web.ledger.system.version();
  for (const text of ['database reachable', 'schema up to date', stepledger, postgres]) {
    await page.getByText(text, { exact: true }).first().waitFor();
  }
  await page.getByRole('row', { name: /^document_version/ }).waitFor();
  await page.getByRole('button', { name: 'Verify the search index' }).click();
  await page.getByText('No fault was found').waitFor();

  await using tables = await openTables(web.databaseUrl);
  await tables.query('DELETE FROM search_chunk');
  await page.getByRole('button', { name: 'Verify the search index' }).click();
  await page.getByText(/^missing: document/).waitFor();
  await page.getByRole('button', { name: 'Index all texts anew' }).click();
  await page.getByText('All texts were indexed anew').waitFor();
  await page.getByRole('button', { name: 'Verify the search index' }).click();
  await page.getByText('No fault was found').waitFor();
  expect(await web.ledger.search.verify({}).all()).toEqual([]);
});

test('another project is chosen, stays chosen, and is renamed', async () => {
  const { page } = await web.openPage({ path: '/settings' });
  await page.getByLabel('Project that is shown').selectOption('other');
  await expect.poll(() => page.getByLabel('Name', { exact: true }).inputValue(), SOON).toBe('Another one');
  await page.getByLabel('Name', { exact: true }).fill('Renamed');
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByText('Renamed', { exact: true }).waitFor();
  expect((await web.ledger.projects.get({ slug: 'other' })).name).toBe('Renamed');
  // What was typed is done with: the field shows the name that somebody else gives.
  await web.ledger.projects.update({ slug: 'other', name: 'By somebody else' });
  await page.reload();
  await expect
    .poll(() => page.getByLabel('Name', { exact: true }).inputValue(), SOON)
    .toBe('By somebody else');
  await page.goto('/');
  await page.getByText('Project other').waitFor();
  expect(await page.getByRole('link', { name: 'only here' }).count()).toBe(0);
});

test('the settings are open to everybody', async () => {
  await expectGoodLooks(web, {
    path: '/settings',
    shown: (page) => page.getByRole('row', { name: /^document_version/ }).waitFor(),
  });
});
