import type { RunHandle, Stepledger } from '@stepledger/client';
import { createTestDatabase, startTestServer, type TestDatabase, type TestServer } from '@stepledger/testing';
import {
  BROWSER_TIMEOUT_MS,
  ensureWebBuilt,
  openBrowser,
  type TestBrowser,
} from '@stepledger/testing/browser';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { enlargeRun } from '../as-of/support/large-run.ts';
import { openTables } from '../ledger/support/database.ts';
import { readerOf } from './support/reader.ts';

let webDir: string;
let browser: TestBrowser;
let database: TestDatabase;
let server: TestServer;

/** A busy machine is slow to show what it knows. */
const SHOWN = { timeout: 20_000 };
const SLOW_MS = 90_000;
const OFFLINE = [/ERR_|Failed to load/];

beforeAll(async () => {
  [webDir, browser] = await Promise.all([ensureWebBuilt(), openBrowser()]);
}, BROWSER_TIMEOUT_MS);
afterAll(() => browser?.close());
beforeEach(async () => {
  database = await createTestDatabase();
  server = await startTestServer({ webDir, databaseUrl: database.url });
});
afterEach(async () => {
  await server.close();
  await database[Symbol.asyncDispose]();
});

/** What an agent does again and again, with a number of its own in all that it writes. */
async function act(ledger: Stepledger, n: number): Promise<void> {
  await ledger.run({ key: `run-${n}` });
  await ledger.prompts.put({ name: 'ask', template: `Ask ${n}` });
  await ledger.prompts.put({ name: `prompt-${n}`, template: 'Ask' });
  const run = await ledger.run({ key: 'watched' });
  const step = run.step(`step_${n}`);
  await step.record({
    prompt: `Question ${n}`,
    response: `Answer ${n}`,
    model: `model-${n}`,
    usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
    parse: { parser: `parser-${n}`, parserVersion: '1' },
    documents: [{ kind: 'task', key: `task-${n}`, text: `Task ${n}`, status: 'open' }],
  });
  const main = await run.documents.get('main');
  await main.update(`Main ${n}`);
}

interface Watched {
  path: (ids: { documentId: string }) => string;
  /** What tells of the nth act, and is there once. */
  tells: (page: Page, n: number) => Locator;
}

const region = (page: Page, name: string | RegExp) => page.getByRole('region', { name });

const PAGES: Record<string, Watched> = {
  runs: { path: () => '/', tells: (page, n) => page.getByRole('link', { name: `run-${n}`, exact: true }) },
  'the documents of a run': {
    path: () => '/runs/watched',
    tells: (page, n) => page.getByRole('link', { name: `task/task-${n}`, exact: true }),
  },
  'the steps of a run': {
    path: () => '/runs/watched?steps=timeline',
    tells: (page, n) => page.getByRole('button', { name: new RegExp(`^step_${n}\\b`) }),
  },
  'the exchanges of a run, the newest first': {
    path: () => '/runs/watched?tab=exchanges&order=newest',
    tells: (page, n) => region(page, 'Exchanges').getByText(`model-${n} `),
  },
  'the parses of a run': {
    path: () => '/runs/watched?tab=parses',
    tells: (page, n) => region(page, 'Parses').getByRole('link', { name: `parser-${n} 1` }),
  },
  'the documents to choose a lineage from': {
    path: () => '/runs/watched?tab=lineage',
    tells: (page, n) => region(page, 'Documents to choose from').getByText(`task/task-${n}`),
  },
  'the entries of a run': {
    path: () => '/runs/watched?tab=entries',
    tells: (page, n) => region(page, 'Entries').getByText(`task/task-${n} v1 created`),
  },
  'the versions of a document': {
    path: ({ documentId }) => `/documents/${documentId}?view=versions`,
    // The first is what it began with.
    tells: (page, n) => page.getByText(`v${n + 1}`, { exact: true }),
  },
  'a comparison of runs': {
    path: () => '/compare?from=other&to=watched&what=document',
    tells: (page, n) => page.getByRole('button', { name: `Compare texts of Document task/task-${n}` }),
  },
  prompts: {
    path: () => '/prompts',
    tells: (page, n) => page.getByRole('link', { name: `prompt-${n}`, exact: true }),
  },
  'the versions of a prompt': {
    path: () => '/prompts/ask',
    tells: (page, n) => region(page, 'Versions').getByRole('link', { name: `v${n + 1}`, exact: true }),
  },
  subtasks: {
    path: () => '/subtasks/watched?kind=task',
    tells: (page, n) => page.getByRole('link', { name: `task/task-${n}`, exact: true }),
  },
  'live entries': {
    path: () => '/live',
    tells: (page, n) => page.getByRole('listitem').filter({ hasText: `task/task-${n} v1 created` }),
  },
  'the numbers of all exchanges': {
    path: () => '/stats?by=step',
    tells: (page, n) => page.getByRole('rowheader', { name: `step_${n}`, exact: true }),
  },
};

async function restart(change: { before: () => Promise<void>; after: () => Promise<void> }): Promise<void> {
  await change.before();
  const port = Number(new URL(server.url).port);
  await server.close();
  server = await startTestServer({ webDir, databaseUrl: database.url, port });
  await change.after();
}

async function startWatched(): Promise<{ run: RunHandle; documentId: string }> {
  await server.ledger.run({ key: 'other' });
  await server.ledger.prompts.put({ name: 'ask', template: 'Ask' });
  const run = await server.ledger.run({ key: 'watched' });
  const { id } = await run.documents.put({ kind: 'main', text: 'Main' });
  return { run, documentId: id };
}

test.each(Object.entries(PAGES))(
  '%s show what an agent does, around a restart of the server too, each once and without a reload',
  { timeout: SLOW_MS },
  async (_, { path, tells }) => {
    const { documentId } = await startWatched();
    await act(server.ledger, 1);
    const { page } = await browser.openPage(server, { path: path({ documentId }), expected: OFFLINE });
    await tells(page, 1).waitFor();
    await page.evaluate('window.wasLoadedOnce = true');
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
    await act(server.ledger, 2);
    await tells(page, 2).waitFor();
    await restart({ before: () => act(server.ledger, 3), after: () => act(server.ledger, 4) });
    for (const n of [1, 2, 3, 4]) await expect.poll(() => tells(page, n).count(), SHOWN).toBe(1);
    expect(await page.evaluate('window.wasLoadedOnce')).toBe(true);
  },
);

test('what is written while a page is being loaded is not missed', { timeout: SLOW_MS }, async () => {
  const { run } = await startWatched();
  let isLoading = true;
  const keys: string[] = [];
  const writing = (async () => {
    while (isLoading) {
      keys.push(`during-${keys.length}`);
      await run.documents.put({ kind: 'task', key: keys.at(-1) ?? '', text: 'x' });
    }
  })();
  const { page } = await browser.openPage(server, {
    path: '/runs/watched?order=newest',
    expected: OFFLINE,
  });
  await page
    .getByRole('link', { name: /^task\/during-/ })
    .first()
    .waitFor();
  isLoading = false;
  await writing;
  const last = page.getByRole('link', { name: `task/${keys.at(-1)}`, exact: true });
  await last.waitFor();
  expect(await last.count()).toBe(1);
});

test('a tab that slept shows what happened meanwhile, each once', { timeout: SLOW_MS }, async () => {
  const { run } = await startWatched();
  const { page } = await browser.openPage(server, { path: '/runs/watched', expected: OFFLINE });
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
  await run.documents.put({ kind: 'note', key: 'asleep', text: 'x' });
  await restart({
    before: async () => {},
    after: async () => {
      const again = await server.ledger.run({ key: 'watched' });
      await again.documents.put({ kind: 'note', key: 'restarted', text: 'x' });
    },
  });
  await devtools.send('Page.setWebLifecycleState', { state: 'active' });
  for (const key of ['asleep', 'restarted']) {
    const link = page.getByRole('link', { name: `note/${key}`, exact: true });
    await link.waitFor();
    expect(await link.count()).toBe(1);
  }
});

describe('who reads in the middle of a list', () => {
  test.each([
    ['documents', '/runs/long', 'Documents'],
    ['documents, the newest first', '/runs/long?order=newest', 'Documents'],
    ['exchanges, the newest first', '/runs/long?tab=exchanges&order=newest', 'Exchanges'],
    ['parses', '/runs/long?tab=parses', 'Parses'],
    ['entries', '/runs/long?tab=entries', 'Entries'],
    ['steps', '/runs/long', 'Steps of the run'],
    ['runs', '/', 'Runs'],
    ['live entries', '/live', 'Entries, the newest first'],
  ])('keeps the row, the place and the focus: %s', { timeout: SLOW_MS }, async (_, path, label) => {
    const run = await writeLong(server.ledger);
    const { page } = await browser.openPage(server, { path, expected: OFFLINE });
    const reader = await readerOf(page, label);
    await reader.scroll();
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
    const before = await reader.focusRow();
    for (let n = 0; n < 3; n += 1) {
      await server.ledger.run({ key: `new-${n}` });
      await writeTurn(run, 1000 + n);
    }
    await reader.longerBy(3);
    expect(await reader.rowInFocus()).toEqual(before);
  });
});

test('however much was scrolled through, a change is a request for what is in sight, and no body is loaded', {
  timeout: SLOW_MS,
}, async () => {
  const run = await server.ledger.run({ key: 'long' });
  await using tables = await openTables(server.databaseUrl);
  await enlargeRun(tables, run.id);
  const { page } = await browser.openPage(server, { path: '/runs/long?tab=exchanges', expected: OFFLINE });
  const requests = countProcedures(page);
  const reader = await readerOf(page, 'Exchanges');
  await reader.scrollUntil(() => requests('exchanges.list') >= 12);
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();

  const before = requests('exchanges.list');
  await writeTurn(run, 5000);
  await page.getByText('1 new entry').waitFor();
  await expect.poll(() => requests('exchanges.list'), SHOWN).toBeGreaterThan(before);
  // Two pages are in sight at most, and each is read again where the entry came in the middle of it.
  expect(requests('exchanges.list') - before).toBeLessThanOrEqual(4);
  for (const body of ['exchanges.get', 'documents.get', 'blobs.get', 'raw']) expect(requests(body)).toBe(0);

  await page.getByLabel('Order').selectOption('newest');
  await expect.poll(() => new URL(page.url()).searchParams.get('order')).toBe('newest');
  await expect
    .poll(async () => (await region(page, 'Exchanges').getByRole('listitem').allInnerTexts())[0], SHOWN)
    .toContain('model-5000');
});

/** Counts what the page asks for, by procedure; one request may ask for several. */
function countProcedures(page: Page): (procedure: string) => number {
  const asked: string[] = [];
  page.on('request', (request) => {
    const [, door, procedures = ''] = new URL(request.url()).pathname.split('/');
    asked.push(...(door === 'trpc' ? procedures.split(',') : [door ?? '']));
  });
  return (procedure) => asked.filter((one) => one === procedure).length;
}

test('what is typed into an open form, and a text that is looked at, outlast what an agent does', {
  timeout: SLOW_MS,
}, async () => {
  const { run, documentId } = await startWatched();
  const { page: forking } = await browser.openPage(server, { path: '/runs/watched', expected: OFFLINE });
  const isLive = (page: Page) => page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  await isLive(forking);
  await forking.getByRole('button', { name: 'Fork', exact: true }).click();
  await forking.getByLabel('Key of the new run').fill('typed');
  const { page: editing } = await browser.openPage(server, {
    path: `/documents/${documentId}?edit=text`,
    expected: OFFLINE,
  });
  const editor = editing.getByRole('textbox').first();
  await editor.fill('Typed');
  const { page: reading } = await browser.openPage(server, {
    path: `/documents/${documentId}`,
    expected: OFFLINE,
  });
  await reading.getByText('Main', { exact: true }).last().waitFor();
  await isLive(editing);
  await isLive(reading);
  await (await run.documents.get('main')).update('Other');
  await run.documents.put({ kind: 'note', text: 'x' });

  await reading.getByText('Version 2 has been saved').waitFor();
  expect(await reading.getByText('Main', { exact: true }).count()).toBeGreaterThan(0);
  expect(await reading.getByText('Other', { exact: true }).count()).toBe(0);
  await editing.getByText('Version 2').first().waitFor();
  expect(await editor.inputValue()).toBe('Typed');
  await forking
    .getByRole('link', { name: 'note', exact: true, includeHidden: true })
    .waitFor({ state: 'attached' });
  expect(await forking.getByLabel('Key of the new run').inputValue()).toBe('typed');
});

test('a lineage shows what is made from its document, in whatever run, and stays where it is scrolled to', {
  timeout: SLOW_MS,
}, async () => {
  const { run, documentId } = await startWatched();
  let to = { documentId, version: 1 };
  for (let n = 0; n < 8; n += 1) {
    const links = [{ relation: 'derived_from' as const, to }];
    to = (await run.documents.put({ kind: 'chain', key: `${n}`, text: 'x', links })).ref;
  }
  const { page } = await browser.openPage(server, {
    path: `/runs/watched?tab=lineage&document=${documentId}`,
    expected: OFFLINE,
  });
  const picture = region(page, 'Lineage as a picture');
  await picture.getByRole('link', { name: 'chain/7' }).waitFor();
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  const scrolledTo = () => picture.evaluate((box: { scrollLeft: number }) => box.scrollLeft);
  await picture.getByRole('link', { name: 'chain/7' }).scrollIntoViewIfNeeded();
  const before = await scrolledTo();
  expect(before).toBeGreaterThan(0);

  const other = await server.ledger.run({ key: 'other' });
  const links = [{ relation: 'derived_from' as const, to: { documentId, version: 1 } }];
  await other.documents.put({ kind: 'built', text: 'x', links });
  await picture.getByRole('link', { name: /^built/ }).waitFor();
  expect(await scrolledTo()).toBe(before);
});

test('a run that is made while its page waits for it is shown', { timeout: SLOW_MS }, async () => {
  const { page } = await browser.openPage(server, { path: '/runs/to-come', expected: [...OFFLINE, /404/] });
  await page.getByRole('alert').waitFor();
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  await server.ledger.run({ key: 'to-come' });
  await page.getByRole('heading', { name: 'to-come' }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

/** 40 turns of a step each, and as many runs. */
async function writeLong(ledger: Stepledger): Promise<RunHandle> {
  for (let n = 0; n < 40; n += 1) await ledger.run({ key: `old-${n}` });
  const run = await ledger.run({ key: 'long' });
  for (let n = 0; n < 40; n += 1) await writeTurn(run, n);
  return run;
}

async function writeTurn(run: RunHandle, n: number): Promise<void> {
  await run.step(`step_${n}`).record({
    prompt: `${n}`,
    response: `${n}`,
    model: `model-${n}`,
    parse: { parser: 'lines', parserVersion: `${n}` },
    documents: [{ kind: 'design', key: `${n}`, text: `${n}` }],
  });
}
