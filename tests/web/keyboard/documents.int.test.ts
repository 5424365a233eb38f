import { setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { BY_KEYBOARD, expectFocus, expectFocusKept, press, tabTo, typeInto } from '../support/keyboard.ts';

const web = setUpWeb();

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const view = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name });
const editor = (page: Page) => page.getByRole('textbox', { name: /^Version \d+, edited$/ });
const main = (page: Page) => page.getByRole('main');

async function putDocument(key: string, text: string) {
  const run = await web.ledger.run({ key });
  return await run.step('design_step').documents.put({ kind: 'design', text });
}

async function readHead(documentId: string) {
  return await web.ledger.documents.get({ documentId });
}

test(
  'each view is opened, two versions are compared, and one is opened from the list',
  BY_KEYBOARD,
  async () => {
    const document = await putDocument('views', 'one\n');
    await document.update('two\n');
    await document.update('three\n');
    const { page } = await web.openPage({ path: `/documents/${document.id}` });
    for (const name of ['Source', 'Blame', 'Lineage', 'Diff']) {
      await press(page, view(page, name));
      await page.locator('[aria-current=page]', { hasText: name }).waitFor();
      await expectFocus(page, view(page, name));
    }
    await typeInto(page, page.getByLabel('From version', { exact: true }), '1');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Changes from version 1 to 3' }).waitFor();
    await expectFocus(page, page.getByLabel('From version', { exact: true }));
    await typeInto(page, page.getByLabel('to version', { exact: true }), '2');
    await press(page, button(page, 'Compare'));
    await page.getByRole('region', { name: 'Changes from version 1 to 2' }).waitFor();
    await expectFocus(page, button(page, 'Compare'));
    await press(page, button(page, 'Show version 3'));
    await page.getByText('Version 3 of 3').waitFor();
    await expectFocusKept(page);

    await press(page, view(page, 'Versions'));
    await page.getByRole('link', { name: 'v1', exact: true }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await expectFocus(page, page.getByRole('link', { name: 'v2', exact: true }));
    await page.keyboard.press('Enter');
    await page.getByText('Version 2 of 3').waitFor();
    await press(page, button(page, 'Restore version 2'));
    await page.getByText('Version 4 of 4').waitFor();
    await expectFocusKept(page);
    expect((await readHead(document.id)).text).toBe('two\n');
  },
);

test('an edit is begun, closed, taken up again and saved', BY_KEYBOARD, async () => {
  const document = await putDocument('edit', 'first\n');
  const { page } = await web.openPage({ path: `/documents/${document.id}` });
  await press(page, button(page, 'Edit'));
  await expectFocus(page, editor(page));
  await page.keyboard.press('Control+End');
  await page.keyboard.type('jok?/[]');
  await tabTo(page, button(page, 'Close'), { key: 'Shift+Tab' });
  await page.keyboard.press('Enter');
  await page.getByText('You have changes of version 1 that are not saved.').waitFor();
  await expectFocusKept(page);
  await press(page, button(page, 'Go on editing'));
  await expectFocus(page, editor(page));
  await typeInto(page, page.getByLabel('Why'), 'because');
  await press(page, button(page, 'Save a new version'));
  await page.getByText('Version 2 of 2').waitFor();
  await expectFocus(page, main(page));
  expect(await readHead(document.id)).toMatchObject({ text: 'first\njok?/[]', note: 'because' });
  await press(page, button(page, 'Edit'));
  await page.keyboard.type('x');
  await tabTo(page, button(page, 'Discard'), { key: 'Shift+Tab' });
  await page.keyboard.press('Enter');
  await editor(page).waitFor({ state: 'detached' });
  await expectFocusKept(page);
  expect((await readHead(document.id)).version).toBe(2);
});

test('a conflict is merged, with the choice made by arrows', BY_KEYBOARD, async () => {
  const document = await putDocument('conflict', 'a\nb\nc\n');
  const { page } = await web.openPage({
    path: `/documents/${document.id}?edit=text`,
    expected: [/status of 409/],
  });
  await expectFocus(page, editor(page));
  await typeInto(page, editor(page), 'a\nmine\nc\n');
  await document.update('a\ntheirs\nc\n');
  await tabTo(page, button(page, 'Save a new version'), { key: 'Shift+Tab' });
  await page.keyboard.press('Enter');
  await page.getByText('Both of you changed the same lines in one place; 1 to decide.').waitFor();
  await expectFocus(page, page.getByRole('region', { name: 'Merge' }));
  await press(page, button(page, 'Back to my text'));
  await expectFocus(page, editor(page));
  await tabTo(page, button(page, 'Merge with version 2'), { key: 'Shift+Tab' });
  await page.keyboard.press('Enter');
  const conflict = page.getByRole('group', { name: 'Conflict 1' });
  await tabTo(page, conflict.getByLabel('Mine', { exact: true }));
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expectFocus(page, conflict.getByLabel('Both, mine first'));
  await page.getByText('All is decided.').waitFor();
  await tabTo(page, button(page, 'Save the merged text'), { key: 'Shift+Tab' });
  await page.keyboard.press('Enter');
  await page.getByText('Version 3 of 3').waitFor();
  await expectFocus(page, main(page));
  expect((await readHead(document.id)).text).toBe('a\nmine\ntheirs\nc\n');
});

test('a document is deleted after a question, and brought back', BY_KEYBOARD, async () => {
  const document = await putDocument('delete', 'kept\n');
  const { page } = await web.openPage({ path: `/documents/${document.id}` });
  const dialog = page.getByRole('dialog');
  await press(page, button(page, 'Delete'));
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await expectFocus(page, button(page, 'Delete'));
  await page.keyboard.press('Enter');
  await typeInto(page, page.getByLabel('Why (optional)'), 'jokes');
  await page.keyboard.press('Enter');
  await page.getByText('This version deletes the document').waitFor();
  // The next that can be done is one Tab away.
  await expectFocus(page, page.getByRole('group', { name: 'What can be done' }));
  await page.keyboard.press('Tab');
  await expectFocus(page, button(page, 'Undelete'));
  await page.keyboard.press('Enter');
  await page.getByText('kept').waitFor();
  await expectFocusKept(page);
  expect(await readHead(document.id)).toMatchObject({ deleted: false, version: 3 });
});

test('blame leads from a line to the exchange and to the prompt that wrote it', BY_KEYBOARD, async () => {
  await web.ledger.prompts.put({ name: 'design', template: 'Design {{what}}.' });
  const run = await web.ledger.run({ key: 'blame' });
  const { documents } = await run.step('design_step').record({
    prompt: { name: 'design', variables: { what: 'a page' } },
    response: 'A page.',
    documents: [{ kind: 'design', text: 'A page.\n' }],
  });
  const path = `/documents/${documents[0]?.id}?view=blame`;
  const { page } = await web.openPage({ path });
  const lines = page.getByRole('region', { name: 'Lines with the versions that wrote them' });
  await press(page, lines.getByRole('link', { name: 'design_step' }));
  await heading(page, 'design_step asks an LLM').waitFor();
  await expectFocus(page, main(page));
  await press(page, main(page).getByRole('link', { name: 'design v1' }).first());
  await heading(page, 'design').waitFor();
  await page.goBack();
  await page.goBack();
  await press(page, main(page).getByRole('link', { name: 'design v1' }));
  await page.getByRole('heading', { name: 'Version 1' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/prompts/design');
});

test('what made it stale is looked at, and taken for fine', BY_KEYBOARD, async () => {
  const input = await putDocument('stale', 'v1\n');
  const run = await web.ledger.run({ key: 'stale' });
  const code = run.step('code_step').documents;
  const { id } = await code.put({
    kind: 'code',
    text: 'code\n',
    links: [{ relation: 'derived_from', to: input.ref }],
  });
  await input.update('v2\n');
  const { page } = await web.openPage({ path: `/documents/${id}` });
  const notice = page.getByRole('region', { name: 'Stale' });
  await press(page, notice.getByRole('link', { name: 'design v1' }));
  await page.getByText('Version 1 of 2').waitFor();
  await expectFocusKept(page);
  // A browser without a window has no key for it.
  await page.goBack();
  await heading(page, 'code').waitFor();
  await press(page, button(page, 'It is fine as it is'));
  await notice.waitFor({ state: 'detached' });
  await expectFocusKept(page);
  expect((await web.ledger.links.stale({ runId: run.id })).documents).toEqual([]);
});
