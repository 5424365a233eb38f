import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { createTestDatabase, startTestServer, type TestServer } from '@stepledger/testing';
import { findAxeViolations, setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { HOSTILE } from './support/hostile-texts.ts';
import { writeSampleRun } from './support/sample-run.ts';
import { watchSmuggling } from './support/watch-smuggling.ts';

const web = setUpWeb();

/** A busy machine is slow to show what it knows. */
const SHOWN = { timeout: 15_000 };
const AGENT = resolve(import.meta.dirname, '../../examples/coding-agent');

beforeAll(async () => {
  await writeSampleRun(web.ledger, 'todo-app');
});

/** A server of a test's own. It ends behind the pages that are opened after it, which would miss it. */
async function startOwnServer(): Promise<TestServer> {
  const own = await startTestServer({ webDir: web.webDir });
  onTestFinished(() => own.close());
  return own;
}

const textsOf = async (page: Page, label: string) =>
  page.getByRole('region', { name: label, exact: true }).getByRole('listitem').allInnerTexts();

test('without a run it is shown how to make one, and what is shown works as it stands', async () => {
  const fresh = await startOwnServer();
  const { page } = await web.browser.openPage(fresh);
  const code = await page.getByRole('region', { name: 'A first run' }).textContent();
  expect(await findAxeViolations(page)).toEqual([]);
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code ?? ''], { cwd: AGENT });
  // By itself: nobody has loaded the page again.
  await page.getByRole('link', { name: 'first-run', exact: true }).click();
  await page.getByRole('link', { name: 'design', exact: true }).waitFor();
});

test('who came in with a key is told how to make one for the agent', async () => {
  const fresh = await startOwnServer();
  const { key: secret } = await fresh.ledger.apiKeys.create({ name: 'web', access: 'read' });
  const { page } = await web.browser.openPage(fresh);
  await page.evaluate(
    `localStorage.setItem('stepledger.session', ${JSON.stringify(JSON.stringify({ token: secret, project: null }))})`,
  );
  await page.reload();
  const code = await page.getByRole('region', { name: 'A first run' }).textContent();
  expect(code).toContain(`url: '${fresh.url}', token: process.env['STEPLEDGER_TOKEN']`);
  expect(code).not.toContain(secret);
  const command = await page.getByRole('region', { name: 'How to make an API key' }).textContent();
  expect(command).toContain('keys create --project default --name agent');
});

test('the table shows what each run is at; filter and order stand in the URL', async () => {
  const { ledger } = web;
  const done = await ledger.run({ key: 'table-done', goal: 'Done already' });
  await done.complete();
  const { page } = await web.openPage();
  const row = page.getByRole('row').filter({ hasText: 'todo-app' }).filter({ hasText: 'feature' });
  await row.getByRole('link', { name: 'todo-app', exact: true }).waitFor();
  const cells = await row.getByRole('cell').allInnerTexts();
  expect(cells.slice(1, 4).join(' ')).toMatch(/feature v1 running\s+plan_step/);
  expect(cells.slice(4, 8)).toEqual(['1', '2', '1,234', '1']);
  expect(await findAxeViolations(page)).toEqual([]);

  await page.getByLabel('Status').selectOption('completed');
  await row.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'table-done', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Changed' }).click();
  await page
    .getByRole('columnheader', { name: 'Changed' })
    .and(page.locator('[aria-sort=descending]'))
    .waitFor();
  expect(new URL(page.url()).search).toBe('?status=completed&order=changed');
  await page.reload();
  await page.getByRole('link', { name: 'table-done', exact: true }).waitFor();
  expect(await page.getByLabel('Status').inputValue()).toBe('completed');
  expect(await row.count()).toBe(0);
});

test('of many runs only those in sight are drawn, and a new one moves nothing under the reader', async () => {
  const many = await startOwnServer();
  for (let n = 0; n < 130; n++) await many.ledger.run({ key: `run-${n}` });
  const { page } = await web.browser.openPage(many);
  const link = (name: string) => page.getByRole('link', { name, exact: true });
  await link('run-129').waitFor();
  expect(await page.getByRole('row').count()).toBeLessThan(50);
  const region = page.getByRole('region', { name: 'Runs' });
  const scrollTo = (top: number) =>
    region.evaluate((box: { scrollTop: number }, to) => {
      box.scrollTop = to;
    }, top);
  await expect
    .poll(async () => {
      await scrollTo(1_000_000);
      return link('run-0').isVisible();
    }, SHOWN)
    .toBe(true);

  await scrollTo(2000);
  await link('run-88').waitFor();
  const before = await link('run-88').boundingBox();
  expect(before?.y).toBeGreaterThan(0);
  await many.ledger.run({ key: 'run-new' });
  await expect.poll(() => page.getByRole('table').getAttribute('aria-rowcount'), SHOWN).toBe('132');
  await expect.poll(() => link('run-88').boundingBox(), SHOWN).toEqual(before);

  await region.press('Home');
  await link('run-new').waitFor();
  for (const key of ['j', 'j', 'k', 'o']) await page.keyboard.press(key);
  await page.getByRole('heading', { name: 'run-new', level: 1 }).waitFor();
});

test('a run is shown as of any revision, by slider and keys, and a reload shows the same', async () => {
  const { page } = await web.openPage({ path: '/runs/todo-app' });
  await page.getByRole('link', { name: 'design', exact: true }).waitFor();
  const slider = page.getByRole('slider');
  expect(await slider.getAttribute('aria-valuetext')).toBe('Revision 7 of 7');
  await slider.fill('4');
  await page.getByRole('link', { name: 'design', exact: true }).waitFor({ state: 'detached' });
  expect(new URL(page.url()).search).toBe('?at=4');
  expect((await textsOf(page, 'Documents'))[0]).toContain('v1');
  await page.reload();
  await page.getByText('exchanges.record').waitFor();
  await page.keyboard.press(']');
  // What this revision wrote is marked.
  await expect.poll(() => textsOf(page, 'Documents'), SHOWN).toHaveLength(2);
  expect((await textsOf(page, 'Documents'))[1]).toMatch(/^design\s+v1\s+here/);
  await page.getByRole('button', { name: 'Back to the newest' }).click();
  await expect.poll(async () => (await textsOf(page, 'Documents'))[0], SHOWN).toContain('v2');
  expect(new URL(page.url()).search).toBe('');
});

test('what an agent does after the server was restarted is shown without a reload', {
  timeout: 90_000,
}, async () => {
  await using database = await createTestDatabase();
  const first = await startTestServer({ webDir: web.webDir, databaseUrl: database.url });
  await first.ledger.run({ key: 'restarted' });
  const { page } = await web.browser.openPage(first, {
    path: '/runs/restarted',
    expected: [/ERR_|Failed to load/],
  });
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  await first.close();
  await page.getByRole('status').getByText('Offline', { exact: true }).waitFor();
  await using again = await startTestServer({
    webDir: web.webDir,
    databaseUrl: database.url,
    port: Number(new URL(first.url).port),
  });
  const run = await again.ledger.run({ key: 'restarted' });
  await run.documents.put({ kind: 'requirement', text: 'Todos.' });
  await page.getByRole('link', { name: 'requirement', exact: true }).waitFor();
  await page.getByRole('slider').and(page.locator('[aria-valuetext="Revision 2 of 2"]')).waitFor();
  expect(await page.getByRole('listitem').count()).toBe(1);
});

test('what comes while a run is looked at is there at once, marked, and moves nothing', async () => {
  const run = await writeSampleRun(web.ledger, 'live-app');
  const { page } = await web.openPage({ path: '/runs/live-app' });
  const design = page.getByRole('link', { name: 'design', exact: true });
  await design.waitFor();
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  const before = await design.boundingBox();
  await run.step('design_step', { key: '2' }).documents.put({ kind: 'review', text: 'Fine.' });
  await page.getByRole('link', { name: 'review', exact: true }).waitFor();
  expect(await design.boundingBox()).toEqual(before);
  const texts = await textsOf(page, 'Documents');
  expect(texts.map((text) => /\bnew\b/.test(text))).toEqual([false, false, true]);
  expect((await textsOf(page, 'Steps of the run')).map((text) => /\bnew\b/.test(text))).toEqual([
    false,
    false,
    true,
  ]);
  await page.getByText('1 new entry').waitFor();
  await page.getByRole('button', { name: 'Mark as seen' }).click();
  await expect.poll(async () => (await textsOf(page, 'Documents')).join(), SHOWN).not.toContain('new');
});

test('a step shows what it made; every view of a run can be read by everybody', async () => {
  const { page } = await web.openPage({ path: '/runs/todo-app' });
  await page.getByRole('button', { name: /^design_step:1/ }).click();
  await expect.poll(() => textsOf(page, 'Documents'), SHOWN).toHaveLength(1);
  const tabs = page.getByRole('navigation', { name: 'Of the run' });
  await tabs.getByRole('button', { name: 'Exchanges' }).click();
  await expect.poll(async () => (await textsOf(page, 'Exchanges')).join(), SHOWN).toContain('1,234 tokens');
  expect(await findAxeViolations(page)).toEqual([]);
  await tabs.getByRole('button', { name: 'Parses' }).click();
  await expect.poll(() => textsOf(page, 'Parses'), SHOWN).toHaveLength(2);
  expect((await textsOf(page, 'Parses')).join()).toMatch(
    /markdown 1.*failed.*no heading.*markdown 2.*design v1/s,
  );
  expect(await findAxeViolations(page)).toEqual([]);
  await page.getByRole('button', { name: /^plan_step/ }).click();
  await page.getByRole('heading', { name: 'No parses' }).waitFor();
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.getByRole('button', { name: 'Timeline' }).click();
  await tabs.getByRole('button', { name: 'Entries' }).click();
  await expect
    .poll(async () => (await textsOf(page, 'Entries')).map((text) => text.match(/\w+\.\w+/)?.[0]), SHOWN)
    .toEqual([
      'documents.update',
      'steps.complete',
      'parses.record',
      'exchanges.record',
      'steps.start',
      'documents.put',
      'runs.start',
    ]);
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ steps: 'timeline', tab: 'entries' });
  expect(await findAxeViolations(page)).toEqual([]);
});

test.each([
  { width: 1280, dark: true },
  { width: 390, dark: false },
])('runs, a run and a comparison can be read by everybody: %o', async (look) => {
  await web.ledger.run({ key: 'other-app' });
  const { page } = await web.openPage(look);
  for (const path of ['/', '/runs/todo-app', '/compare?from=todo-app&to=other-app']) {
    await page.goto(path);
    await page.getByRole('region').first().waitFor();
    await expect.poll(() => page.getByText('Loading…').count(), SHOWN).toBe(0);
    expect(await findAxeViolations(page), path).toEqual([]);
  }
});

test('lineage shows what a document was built on, what made it stale, and that it is fine', async () => {
  const run = await writeSampleRun(web.ledger, 'stale-app');
  const { page } = await web.openPage({ path: '/runs/stale-app?tab=lineage' });
  await page.getByText('requirement went from v1 to v2').waitFor();
  await page.getByRole('figure').getByRole('link', { name: 'requirement v1' }).waitFor();
  expect(await page.getByRole('region', { name: 'Links' }).textContent()).toMatch(
    /design v1\s*derived from\s*requirement v1/,
  );
  expect(await findAxeViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Accept as it is' }).click();
  await page.getByText('requirement went from v1 to v2').waitFor({ state: 'detached' });
  expect((await web.ledger.links.stale({ runId: run.id })).documents).toEqual([]);
});

test('a run is forked from right before a step; a refused fork keeps what was typed', async () => {
  const run = await writeSampleRun(web.ledger, 'fork-app');
  const { page } = await web.openPage({
    path: '/runs/fork-app',
    expected: [/the server responded with a status of 409/],
  });
  const button = page.getByRole('button', { name: 'Fork right before design_step:1' });
  const dialog = page.getByRole('dialog', { name: 'Fork this run' });
  await button.press('Enter');
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  // The keyboard goes on where it was.
  await button.and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await dialog.getByLabel('Goal').fill('Another try');
  await dialog.getByLabel('Key of the new run').fill('todo-app');
  await dialog.getByRole('button', { name: 'Fork' }).click();
  await dialog.getByRole('alert').waitFor();
  expect(await dialog.getByLabel('Goal').inputValue()).toBe('Another try');
  expect(await findAxeViolations(page)).toEqual([]);
  await dialog.getByLabel('Key of the new run').fill('fork-of-app');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'fork-of-app', level: 1 }).waitFor();
  await page.getByText('at revision 2').waitFor();
  expect(await textsOf(page, 'Steps of the run')).toHaveLength(1);
  const fork = await web.ledger.runs.get({ key: 'fork-of-app' });
  expect(fork).toMatchObject({ origin: { runId: run.id, revision: 2 }, goal: 'Another try' });
});

test('two runs stand side by side with where and why they went apart; texts are loaded when asked for', async () => {
  const { ledger } = web;
  const run = await writeSampleRun(ledger, 'first-app');
  const fork = await run.fork({ key: 'second-app', revision: 3 });
  await fork.step('design_step', { key: '1' }).record({
    prompt: 'Design a todo app.',
    response: 'Cards of todos.',
    model: 'large',
    parse: { parser: 'markdown', parserVersion: '1' },
    documents: [{ kind: 'design', text: 'Cards of todos.\n' }],
  });
  const { page } = await web.openPage();
  const row = (key: string) =>
    page.getByRole('row').filter({ has: page.getByRole('link', { name: key, exact: true }) });
  await row('first-app')
    .getByRole('link', { name: /^Compare/ })
    .click();
  await row('second-app')
    .getByRole('link', { name: /^Compare with this/ })
    .click();
  expect(new URL(page.url()).search).toBe('?from=first-app&to=second-app');
  const apart = page.getByRole('region', { name: 'Where they went apart' });
  await apart.getByText('another model was asked').waitFor();
  expect(await apart.textContent()).toContain('Exchange of step design_step:1');
  await page.getByRole('rowheader', { name: 'Tokens' }).waitFor();

  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.getByRole('button', { name: 'Compare texts of Document design' }).click();
  const patch = page.getByRole('region', { name: 'What differs in the text' });
  await patch.getByText('Cards of todos.').waitFor();
  expect(await patch.textContent()).toContain('A list of todos.');
  expect(asked.filter((url) => url.includes('documents.get')).length).toBeGreaterThan(0);
  expect(await findAxeViolations(page)).toEqual([]);

  // One run at two of its own revisions.
  await page.goto('/compare?from=first-app&fromAt=2&to=first-app');
  await page.getByText('These are two revisions of one run').waitFor();
  await page.getByRole('button', { name: 'Compare texts of Document requirement' }).click();
  await page.getByText('Todos, with dates.').waitFor();
});

/** What a name may be: other texts are refused there, and are shown as goals and errors only. */
const NAMES = HOSTILE.filter((text) => text.length <= 200 && text.isWellFormed() && !/\p{Cc}/u.test(text));

test('texts that attack are shown as texts wherever runs show them', { timeout: 120_000 }, async () => {
  const { ledger } = web;
  const { page } = await web.openPage();
  const smuggled = await watchSmuggling(page);
  const [key = ''] = NAMES;
  // A page is asked for under this one: it may not be taken for one that a text asked for.
  const other = NAMES.find((name) => name !== key && !name.includes('smuggled')) ?? '';
  const run = await ledger.run({ key, goal: HOSTILE.join(' ') });
  for (const [index, name] of NAMES.entries()) {
    const step = run.step(name);
    await step.record({
      prompt: name,
      response: name,
      model: name,
      parse: { parser: name, parserVersion: name },
      documents: [{ kind: name, key: name, title: name, status: name, text: name }],
    });
    await step.fail(HOSTILE[index] ?? name);
  }
  await run.fork({ key: other, step: { name: key } });
  const places = ['documents', 'exchanges', 'parses', 'lineage', 'entries'].map(
    (tab) => `/runs/${encodeURIComponent(key)}?tab=${tab}`,
  );
  const comparison = `/compare?${new URLSearchParams({ from: key, to: other })}`;
  for (const place of [...places, comparison]) {
    await page.goto(place);
    await page.getByRole('listitem').first().waitFor();
    let read = '';
    // Only what is in sight is drawn: the lists are read page by page.
    const unread = async () => {
      read += await page.locator('main').textContent();
      await page.evaluate(
        `for (const box of document.querySelectorAll('section[tabindex]')) box.scrollTop += 400`,
      );
      return NAMES.filter((name) => !read.includes(name));
    };
    await expect.poll(unread, { timeout: 30_000, message: place }).toEqual([]);
    expect(smuggled).toEqual([]);
  }
  await page.goto('/');
  await page.getByRole('link', { name: key, exact: true }).click();
  // However long its list, the way to the other views stays where it is.
  await page.getByRole('button', { name: 'Lineage', exact: true }).click();
  await page.getByRole('region', { name: 'Documents to choose from' }).waitFor();
  expect(smuggled).toEqual([]);
});

test('a run that is not there is said not to be, and so is a list that fails', async () => {
  const { page } = await web.openPage({
    path: '/runs/nowhere',
    expected: [/the server responded with a status of 4/],
  });
  await page.getByText('NOT_FOUND').waitFor();
  await page.goto('/runs/todo-app?tab=lineage&document=nonsense');
  await page.getByText('BAD_INPUT').first().waitFor();
  // A revision that is not there yet is the newest.
  await page.goto('/runs/todo-app?at=99');
  await page.getByRole('link', { name: 'design', exact: true }).waitFor();
  expect(await page.getByRole('slider').getAttribute('aria-valuetext')).toBe('Revision 7 of 7');
});
