import { setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { EXPECTED, holdBack, loseAnswer, SOON } from './support.ts';

const web = setUpWeb();

const editor = (page: Page) => page.getByRole('textbox', { name: /edited$/ });

test('two tabs that edit a document share what is typed, and none loses it', async () => {
  const run = await web.ledger.run({ key: 'tabs' });
  const document = await run.step('note_step').documents.put({ kind: 'note', text: 'text' });
  const path = `/documents/${document.id}?edit=text`;
  const { page } = await web.openPage({ path });
  const other = await page.context().newPage();
  await other.goto(path);
  await editor(other).waitFor();

  await editor(page).fill('typed in one tab');
  await expect.poll(() => editor(other).inputValue(), SOON).toBe('typed in one tab');
  await editor(other).press('Control+End');
  await editor(other).pressSequentially(', and in another');
  await expect.poll(() => editor(page).inputValue(), SOON).toBe('typed in one tab, and in another');
  await page.reload();
  await expect.poll(() => editor(page).inputValue(), SOON).toBe('typed in one tab, and in another');

  await page.getByRole('button', { name: 'Save a new version' }).click();
  await page.getByText('Version 2 of 2').waitFor();
  // Who goes on typing there begins with what was saved.
  await other.getByRole('heading', { name: 'Version 2, edited' }).waitFor();
  await expect.poll(() => editor(other).inputValue(), SOON).toBe('typed in one tab, and in another');
  await other.getByRole('button', { name: 'Close' }).click();
  await other.getByText('Version 2 of 2').waitFor();
  expect(await other.getByText('that are not saved').count()).toBe(0);
  expect((await document.reload()).text).toBe('typed in one tab, and in another');
});

/** A document of one line, open for editing in two tabs of one browser. */
async function openTwoTabs(key: string, text = 'text') {
  const run = await web.ledger.run({ key });
  const document = await run.step('note_step').documents.put({ kind: 'note', text });
  const path = `/documents/${document.id}?edit=text`;
  const { page } = await web.openPage({ path });
  const other = await page.context().newPage();
  await other.goto(path);
  await editor(other).waitFor();
  return { document, page, other };
}

test('what is typed in another tab while a save is on its way stays a draft', async () => {
  const { document, page, other } = await openTwoTabs('typed-on');
  await editor(page).fill('saved');
  await expect.poll(() => editor(other).inputValue(), SOON).toBe('saved');
  const letGo = await holdBack(page, /documents\.update/);
  await page.getByRole('button', { name: 'Save a new version' }).click();
  await page.getByText('Saving…').waitFor();
  await editor(other).press('Control+End');
  await editor(other).pressSequentially(' and typed on');
  await expect.poll(() => editor(page).inputValue(), SOON).toBe('saved and typed on');
  letGo();
  await page.getByText('You have changes of version 1 that are not saved').waitFor();
  expect((await document.reload()).text).toBe('saved');
  expect(await editor(other).inputValue()).toBe('saved and typed on');
  await other.reload();
  await expect.poll(() => editor(other).inputValue(), SOON).toBe('saved and typed on');
});

test('a tab whose text the browser has no room for leaves what another tab has kept', async () => {
  const { page, other } = await openTwoTabs('no-room');
  await page.evaluate(`localStorage.setItem('filler', 'x'.repeat(5_000_000))`);
  await editor(page).fill('y'.repeat(400_000));
  await page.getByRole('alert').getByText('no room').waitFor();
  await editor(other).fill('typed elsewhere');
  const stored = () => other.evaluate(`JSON.stringify(localStorage)`);
  await expect.poll(stored, SOON).toContain('typed elsewhere');
  await editor(page).press('End');
  await editor(page).press('z');
  // Longer than typing waits for the browser's disk.
  await page.waitForTimeout(1_000);
  expect(await stored()).toContain('typed elsewhere');
  expect(await editor(other).inputValue()).toBe('typed elsewhere');
});

test('what is typed into a form while what it held is on its way stays', async () => {
  await web.ledger.prompts.put({ name: 'greet', template: 'Hello.' });
  const { page } = await web.openPage({ path: '/prompts/greet' });
  const letGo = await holdBack(page, /prompts\.setLabel/);
  const field = page.getByLabel('Label for version 1');
  await field.fill('first');
  await page.getByRole('button', { name: 'Set label' }).click();
  await field.fill('second');
  letGo();
  await page.getByRole('row', { name: /^v1 first/ }).waitFor();
  expect(await field.inputValue()).toBe('second');
});

test('a merge shows what is typed in another tab, though it is no longer than before', async () => {
  const { document, page, other } = await openTwoTabs('merge', 'text\n\nend\n');
  await document.update('text\n\ntheir end\n');
  await editor(page).fill('mine 1\n\nend\n');
  await page.getByRole('button', { name: 'Merge with version 2' }).click();
  const merged = page.getByRole('region', { name: 'Merged text' });
  await merged.getByText('mine 1').waitFor();
  await expect.poll(() => editor(other).inputValue(), SOON).toContain('mine 1');
  await editor(other).fill('mine 2\n\nend\n');
  await merged.getByText('mine 2').waitFor();
});

test('what is stale stays on the page when it cannot be read again', async () => {
  const run = await web.ledger.run({ key: 'stale' });
  const requirement = await run.documents.put({ kind: 'requirement', text: 'v1' });
  const links = [{ relation: 'derived_from' as const, to: requirement.ref }];
  await run.documents.put({ kind: 'design', text: 'design', links });
  await requirement.update('v2');
  const { page } = await web.openPage({ path: '/runs/stale?tab=lineage', expected: EXPECTED });
  await page.getByText('went from v1 to v2').waitFor();
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  await loseAnswer(page, 'links.stale', { isDone: false });
  await run.documents.put({ kind: 'note', text: 'x' });
  await page.getByRole('alert').first().waitFor();
  expect(await page.getByText('went from v1 to v2').count()).toBe(1);
});
