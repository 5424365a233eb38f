import { findAxeViolations, setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { HOSTILE, HOSTILE_NAMES, shown, UNSEEN } from './support/hostile-texts.ts';
import { watchSmuggling } from './support/watch-smuggling.ts';

const web = setUpWeb();

/** What is to happen soon, on a busy machine. */
const SOON = { timeout: 20_000 };

async function startRun(key: string) {
  return await web.ledger.run({ key });
}

/** A document of which only the text matters. */
async function putDocument(key: string, text: string) {
  const run = await startRun(key);
  return await run.step('design').documents.put({ kind: 'design', text });
}

async function readHead(documentId: string) {
  return await web.ledger.documents.get({ documentId, includeDeleted: true });
}

const editor = (page: Page) => page.getByRole('textbox', { name: /^Version \d+, edited$/ });
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

/** Each view, and what is there once it has been drawn. */
const VIEWS = [
  ['Diff', /lines? added/],
  ['Blame', /^written$/],
  ['Lineage', 'No document is known to be built on it.'],
  ['Versions', /^shown$/],
] as const;

test('a document is read as Markdown and as its source, and every view is open to everybody', async () => {
  const run = await startRun('views');
  const step = run.step('design');
  const base = await step.documents.put({ kind: 'requirement', text: 'Login' });
  const { exchangeId, documents } = await step.record({
    prompt: 'Design a login',
    response: '# Design',
    uses: [base.ref],
    parse: { parser: 'sections', parserVersion: '3' },
    documents: [{ kind: 'design', text: '# Login page\n\n- a field\n', title: 'The login', tags: ['ui'] }],
  });
  const documentId = documents[0]?.id ?? '';
  await web.ledger.documents.update({ documentId, text: '# Login page\n\n- two fields\n', author: 'Ann' });

  for (const dark of [false, true]) {
    const { page } = await web.openPage({ path: `/documents/${documentId}`, dark });
    await page.getByRole('heading', { name: 'Login page' }).waitFor();
    expect(await findAxeViolations(page)).toEqual([]);
    await button(page, 'Source').click();
    await page.getByText('- two fields').waitFor();
    for (const [view, there] of VIEWS) {
      await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: view }).click();
      await page.getByText(there).first().waitFor();
      expect(await findAxeViolations(page), view).toEqual([]);
    }
  }
  const { page } = await web.openPage({ path: `/documents/${documentId}?version=1`, width: 390 });
  await page.getByText('The login').waitFor();
  await page.getByText('sections@3').waitFor();
  const way = await page.getByRole('link', { name: /^exchange/ }).getAttribute('href');
  expect(way).toBe(`/exchanges/${exchangeId}`);
  expect(await findAxeViolations(page)).toEqual([]);
  await button(page, 'Lineage').click();
  await page.getByRole('link', { name: 'requirement v1' }).waitFor();
});

test('any two versions are compared, and each line names the version that wrote it', async () => {
  const document = await putDocument('history', 'one\ntwo\nthree\n');
  await document.update('one\n2\nthree\n');
  await document.update('one\n2\nthree\nfour\n');
  const { page } = await web.openPage({ path: `/documents/${document.id}?view=diff` });
  await page.getByText('1 line added, 0 removed').waitFor();
  await page.getByRole('spinbutton', { name: 'From version' }).fill('1');
  await page.getByRole('spinbutton', { name: 'From version' }).press('Enter');
  await page.getByText('2 lines added, 1 removed').waitFor();
  expect(page.url()).toContain('compare=1');

  await button(page, 'Blame').click();
  const lines = page.getByRole('region', { name: 'Lines with the versions that wrote them' });
  await lines.getByText('four').waitFor();
  expect(await lines.textContent()).toBe('v11onev222v13threev34four');

  await button(page, 'Versions').click();
  await page.getByRole('link', { name: 'v2' }).click();
  await page.getByText('This is an old version.').waitFor();
  await button(page, 'Restore version 2').click();
  await page.getByText('Version 4 of 4').waitFor();
  expect(await readHead(document.id)).toMatchObject({
    version: 4,
    change: 'restore',
    text: 'one\n2\nthree\n',
  });
});

test('a new version is told of and does not push away what is read', async () => {
  const document = await putDocument('live', 'first text');
  const { page } = await web.openPage({ path: `/documents/${document.id}` });
  await page.getByText('first text').waitFor();
  await page.getByRole('status').getByText('Live').waitFor();
  await document.update({ text: 'second text', author: 'an agent' });
  await page.getByText('Version 2 has been saved by an agent.').waitFor();
  expect(await page.getByText('first text').isVisible()).toBe(true);
  await button(page, 'Show version 2').click();
  await page.getByText('second text').waitFor();
});

test('an edit is saved as a new version, exactly', async () => {
  const text = 'crlf\r\nlines\r\n';
  const document = await putDocument('edit', text);
  const { page } = await web.openPage({ path: `/documents/${document.id}` });
  await button(page, 'Edit').click();
  await editor(page).press('Control+End');
  await editor(page).pressSequentially('more');
  await page.getByLabel('Why').fill('because');
  expect(await findAxeViolations(page)).toEqual([]);
  await button(page, 'Save a new version').click();
  await page.getByText('Version 2 of 2').waitFor();
  expect(await readHead(document.id)).toMatchObject({ text: `${text}more`, note: 'because', version: 2 });
  expect(await page.evaluate('Object.keys(localStorage)')).toEqual([]);
});

test('texts that a field cannot hold as they are come back as they were, but for the edit', async () => {
  const text = 'nul \0, lone \ud800, bare \r, \u2028 and\ttab\n\n';
  const document = await putDocument('edit-any', text);
  const { page } = await web.openPage({ path: `/documents/${document.id}?edit=text` });
  await editor(page).press('Control+End');
  await editor(page).pressSequentially('end');
  await button(page, 'Save a new version').click();
  await page.getByText('Version 2 of 2').waitFor();
  expect((await readHead(document.id)).text).toBe(`${text}end`);
});

test('what is typed outlives a refused save and a reload', async () => {
  const document = await putDocument('refused', 'text');
  const { page } = await web.openPage({
    path: `/documents/${document.id}?edit=text`,
    expected: [/status of 400/],
  });
  await editor(page).fill('typed text');
  await page.getByLabel('Why').fill('x'.repeat(70_000));
  await button(page, 'Save a new version').click();
  await page.getByRole('alert').getByText('BAD_INPUT').waitFor();
  expect(await editor(page).inputValue()).toBe('typed text');

  await page.reload();
  await editor(page).waitFor();
  expect(await editor(page).inputValue()).toBe('typed text');
  await button(page, 'Close').click();
  await page.getByText('You have changes of version 1 that are not saved.').waitFor();
  await button(page, 'Go on editing').click();
  await page.getByLabel('Why').fill('');
  await button(page, 'Save a new version').click();
  await page.getByText('Version 2 of 2').waitFor();
  expect((await readHead(document.id)).text).toBe('typed text');
});

test('a conflict is merged, and what is chosen is what is saved', async () => {
  const document = await putDocument('conflict', 'title\n\na\nb\nc\n\nend\n');
  const { page } = await web.openPage({
    path: `/documents/${document.id}?edit=text`,
    expected: [/status of 409/],
  });
  await editor(page).fill('title\n\na\nmine\nc\n\nmy end\n');
  await document.update('their title\n\na\ntheirs\nc\n\ntheir end\n');
  await button(page, 'Save a new version').click();
  await page.getByText('Both of you changed the same lines in 2 places; 2 to decide.').waitFor();
  expect(await findAxeViolations(page)).toEqual([]);
  expect(await button(page, 'Save the merged text').isDisabled()).toBe(true);
  await page.getByRole('group', { name: 'Conflict 1' }).getByLabel('Both, mine first').check();

  await page.reload();
  await page.getByText('1 to decide').waitFor();
  await page.getByRole('group', { name: 'Conflict 2' }).getByLabel('Theirs', { exact: true }).check();
  await page.getByText('All is decided.').waitFor();
  // Somebody saves once more before the merge is saved: it is merged with that, too.
  await document.update('their title\n\na\ntheirs\nc\n\nmy end\n');
  await page.getByText('1 to decide').waitFor();
  await page.getByRole('group', { name: 'Conflict 1' }).getByLabel('Mine', { exact: true }).check();
  await button(page, 'Save the merged text').click();
  await page.getByText('Version 4 of 4').waitFor();
  expect((await readHead(document.id)).text).toBe('their title\n\na\nmine\nc\n\nmy end\n');
});

test('a document is deleted and brought back by keyboard alone', async () => {
  const document = await putDocument('delete', 'kept text');
  const { page } = await web.openPage({ path: `/documents/${document.id}` });
  await button(page, 'Delete').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  expect(await findAxeViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  // The keyboard is back where it was, which the window does after it has gone.
  await page.locator(':focus', { hasText: 'Delete' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByLabel('Why (optional)').focus();
  await page.keyboard.type('obsolete');
  await page.keyboard.press('Enter');
  await page.getByText('This version deletes the document').waitFor();
  expect(await readHead(document.id)).toMatchObject({ deleted: true, note: 'obsolete' });
  await button(page, 'Undelete').focus();
  await page.keyboard.press('Enter');
  await page.getByText('kept text').waitFor();
  expect(await readHead(document.id)).toMatchObject({ deleted: false, version: 3 });
});

test('a stale document says what moved, and that can be taken for fine', async () => {
  const run = await startRun('stale');
  const requirement = await run.step('requirement').documents.put({ kind: 'requirement', text: 'v1' });
  const design = await run.step('design').documents.put({
    kind: 'design',
    text: 'design',
    links: [{ relation: 'derived_from', to: requirement.ref }],
  });
  const { page } = await web.openPage({ path: `/documents/${design.id}` });
  await page.getByRole('heading', { name: 'design' }).waitFor();
  const mark = page.getByRole('region', { name: 'Stale' });
  expect(await mark.count()).toBe(0);
  await requirement.update('v2');
  await mark.getByText('is now at version 2').waitFor();
  await mark.getByRole('link', { name: 'requirement v1' }).waitFor();
  expect(await findAxeViolations(page)).toEqual([]);
  await button(page, 'It is fine as it is').click();
  await mark.waitFor({ state: 'detached' });
  expect((await web.ledger.links.stale({ runId: run.id })).documents).toEqual([]);
});

test('a large text is only loaded when asked for, and then drawn in part', async () => {
  const text = `${'a line of a large text\n'.repeat(120_000)}the end`;
  const document = await putDocument('large', text);
  const { page } = await web.openPage({ path: `/documents/${document.id}?view=source` });
  let received = 0;
  page.on('response', (response) => {
    void response
      .body()
      .then((body) => {
        received += body.length;
      })
      // A streamed answer of a page that is gone has none.
      .catch(() => undefined);
  });
  await button(page, 'Load 2.6 MiB').waitFor();
  expect(received).toBeLessThan(1024 * 1024);
  await button(page, 'Load 2.6 MiB').click();
  await page.getByText('a line of a large text').first().waitFor();
  expect(await page.getByText('a line of a large text').count()).toBeLessThan(200);
  await button(page, 'Next part').click();
  await button(page, 'Next part').click();
  await page.getByRole('region', { name: 'Source' }).press('End');
  await page.getByText('the end').waitFor();
});

test('hostile texts in every field are shown as the texts they are', async () => {
  const text = [...HOSTILE, ...UNSEEN].join('\n\n');
  const [name = '', kind = '', key = '', title = '', status = '', author = '', parser = ''] = HOSTILE_NAMES;
  const run = await web.ledger.run({ key: name, goal: name });
  const { documents } = await run.step(name, { key: title }).record({
    prompt: 'x',
    response: text,
    parse: { parser, parserVersion: name },
    documents: [{ kind, key, text, title, tags: HOSTILE.slice(0, 50), status }],
  });
  const documentId = documents[0]?.id ?? '';
  const note = [...UNSEEN, ...HOSTILE].join(' ').slice(0, 900);
  const metadata = { [HOSTILE[50] ?? '']: HOSTILE[51] ?? '' };
  await run.step(name).documents.put({ kind, key, text: `${text}\n`, author, note, metadata });

  const { page } = await web.openPage({ path: `/documents/${documentId}?view=source` });
  const smuggled = await watchSmuggling(page);
  await page.setViewportSize({ width: 1280, height: 4000 });
  const source = page.getByRole('region', { name: 'Source' });
  await source.getByText(shown(UNSEEN.at(-1) ?? '')).waitFor();
  const drawn = await source.textContent();
  for (const each of [...HOSTILE, ...UNSEEN]) expect(drawn).toContain(shown(each));
  await page.getByRole('link', { name, exact: true }).waitFor();
  const said = await page.locator('main').textContent();
  for (const each of [...HOSTILE.slice(0, 50), note, kind, key, title, author, JSON.stringify(metadata)]) {
    expect(said).toContain(shown(each));
  }
  for (const [view, there] of VIEWS) {
    await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: view }).click();
    await page.getByText(there).last().waitFor();
  }
  await page
    .getByText(shown(note.slice(0, 100)))
    .last()
    .waitFor();
  await page.getByRole('link', { name: 'v1' }).click();
  await page.getByText(`${parser}@${name}`).waitFor();

  const markdown = page.locator('.markdown');
  await markdown.waitFor();
  expect(await markdown.locator('img, svg, script, iframe, style, form, input, [onload]').count()).toBe(0);
  const ways = await markdown
    .locator('a')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? 'none'));
  for (const way of ways) expect(way).toMatch(/^(https?:\/\/|mailto:)/);
  await button(page, 'Show version 2').click();
  await button(page, 'Edit').click();
  await editor(page).fill(HOSTILE.join('\n'));
  await page.reload();
  await expect.poll(() => editor(page).inputValue(), SOON).toBe(HOSTILE.join('\n'));
  await button(page, 'Delete').click();
  await page.getByRole('dialog').waitFor();
  expect(smuggled).toEqual([]);
});

test('hostile texts of a merge are shown as the texts they are', async () => {
  const document = await putDocument('hostile-merge', 'base\n');
  const { page } = await web.openPage({
    path: `/documents/${document.id}?edit=text`,
    expected: [/status of 409/],
  });
  const smuggled = await watchSmuggling(page);
  await editor(page).fill(`${HOSTILE.slice(0, 30).join('\n')}\n`);
  await document.update(`${[...HOSTILE.slice(30), ...UNSEEN].join('\n')}\n`);
  await button(page, 'Save a new version').click();
  await page.getByText('1 to decide').waitFor();
  const said = await page.getByRole('group', { name: 'Conflict 1' }).textContent();
  for (const each of [...HOSTILE, ...UNSEEN]) expect(said).toContain(shown(each));
  expect(smuggled).toEqual([]);
});

test('what is not there, or is no id, is said', async () => {
  const missing = '019a0000-0000-7000-8000-000000000000';
  const { page } = await web.openPage({
    path: `/documents/${missing}`,
    expected: [/status of 404/, /status of 400/],
  });
  await page.getByText(`There is no document ${missing}`).waitFor();
  await page.goto('/documents/none?version=x&view=none&compare=-1&edit=maybe');
  await page.getByRole('alert').getByText('BAD_INPUT').waitFor();
  expect(await findAxeViolations(page)).toEqual([]);
});
