import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describeProcedures } from '@stepledger/api';
import { setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { type Asked, collectAsked } from './support/asked.ts';
import { type HostileProject, writeHostileProject } from './support/hostile-project.ts';
import { HOSTILE, HOSTILE_NAMES, shown, UNSEEN } from './support/hostile-texts.ts';
import { HOSTILE_VIEWS, type HostileView } from './support/hostile-views.ts';
import { findUntouched } from './support/untouched.ts';
import { watchSmuggling } from './support/watch-smuggling.ts';

const SOURCES = resolve(import.meta.dirname, '../../apps/web/src');

const web = setUpWeb();
let project: HostileProject;
/** What all pages together have asked the server. */
const asked: Asked[] = [];

beforeAll(async () => {
  project = await writeHostileProject(web);
});

/** HTML of a Markdown text is shown as it is; of its links and pictures, where they lead. */
const IN_MARKDOWN = [
  ...HOSTILE.filter((text) => /^<[^j]/.test(text)),
  'JaVaScRiPt:mark()',
  'vbscript:mark()',
  'picture: picture (https://smuggled.example/x.png)',
  '[ref]: javascript:mark()',
  ...UNSEEN,
];

const SHOWN: Record<HostileView['shows'], readonly string[]> = {
  names: HOSTILE_NAMES,
  texts: [...HOSTILE, ...UNSEEN],
  first: HOSTILE.slice(0, 1),
  markdown: IN_MARKDOWN,
  nothing: [],
};

/** Reads all that the page draws, also what comes when its lists are scrolled, until nothing is missing. */
async function expectShown(
  page: Page,
  { texts, place }: { texts: readonly string[]; place: string },
): Promise<void> {
  let read = '';
  const missing = async () => {
    read += await page.locator('main').textContent();
    await page.evaluate(
      `for (const box of document.querySelectorAll('section[tabindex]')) box.scrollTop += box.clientHeight / 2`,
    );
    return texts.filter((text) => !read.includes(shown(text)));
  };
  await expect.poll(missing, { timeout: 20_000, message: place }).toEqual([]);
}

/** What stands on the page, in its labels or its title, and would be shown as nothing or turn what is beside it. */
const FIND_UNSEEN = `(() => {
  const found = [];
  const hidden = /(?![\\n\\t])[\\p{Cc}\\p{Cs}\\p{Bidi_Control}\\u200b\\u00ad\\u3164\\u{e0000}-\\u{e007f}]/u;
  const texts = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const around = text.parentElement;
    if (around.closest('textarea, script, style')) continue;
    if (hidden.test(text.data)) found.push('hidden: ' + around.outerHTML.slice(0, 300));
    if (text.data.includes('שלום') && !around.closest('bdi, [dir], option, title, .markdown'))
      found.push('turns: ' + around.outerHTML.slice(0, 300));
  }
  for (const element of document.querySelectorAll('*'))
    for (const name of ['title', 'aria-label', 'alt', 'placeholder', 'aria-valuetext'])
      if (hidden.test(element.getAttribute(name) ?? '')) found.push(name + ': ' + element.outerHTML.slice(0, 300));
  return found;
})()`;

test.each(Object.entries(HOSTILE_VIEWS))(
  'hostile texts are shown as the texts they are: %s',
  {
    timeout: 180_000,
  },
  async (_page, views) => {
    const { page } = await web.openPage({ path: '/no/such/page' });
    const smuggled = await watchSmuggling(page);
    collectAsked(page, asked);
    await page.setViewportSize({ width: 1280, height: 4000 });
    for (const { path, shows, act } of views) {
      const place = path(project);
      await page.goto(place);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await expect.poll(() => page.getByText('Loading…').count(), { timeout: 20_000 }).toBe(0);
      await act?.(page);
      await expectShown(page, { texts: SHOWN[shows], place });
      expect(await page.getByRole('alert').allTextContents(), place).toEqual([]);
      expect(await page.evaluate(FIND_UNSEEN), place).toEqual([]);
      expect(await page.title()).toMatch(/Stepledger$/);
      // The address of the page itself holds the name of what it shows.
      const own = new URL(place, web.url).href;
      expect(smuggled.filter((each) => each !== own)).toEqual([]);
      smuggled.splice(0);
    }
  },
);

/** Texts that no caller chooses, or that no page asks for or shows. */
const OF_NO_CALLER: readonly string[] = [
  // A difference of the list below it, of which a page shows the step alone.
  ...['exchange', 'step'].map((what) => `runs.diff divergence<${what}>`),
  // Texts are asked for one by one.
  'runs.diff items[]<document>.text.patch',
  ...['list', 'byStep', 'history', 'ready'].map((list) => `documents.${list} items[].text`),
  'prompts.list items[].template',
  // Either `open` or none.
  'documents.ready items[].status',
  'exchanges.get context',
  // A word of HTTP, in which no attack fits.
  'exchanges.get attempts[].headers[].name',
  // Words of ours.
  'entries.list items[].kind',
  ...['what', 'id', 'change'].map((name) => `entries.list items[].changes[].${name}`),
  'search.query facets.type[].value',
  'system.version',
  'system.storage tables[].name',
  // Letters and digits that were cut out of texts.
  ...['word', 'taken[]'].map((name) => `search.query corrections[].${name}`),
];

test('every text that a page may have been given held an attack, and every page was opened', {
  timeout: 120_000,
}, async () => {
  const questions = describeProcedures().filter(({ kind, path }) => kind === 'query' && USED.has(path));
  const untouched: string[] = [];
  for (const { path, output } of questions) {
    const answers = await Promise.all(
      asked.filter((call) => call.path === path).map(({ input }) => answerOf(path, input)),
    );
    untouched.push(...findUntouched(output, answers).map((place) => `${path} ${place}`));
  }
  const isListed = (place: string) => OF_NO_CALLER.some((listed) => place.startsWith(listed));
  expect(untouched.filter((place) => !isListed(place))).toEqual([]);
  // What is listed without need would hide what comes later.
  expect(OF_NO_CALLER.filter((listed) => !untouched.some((place) => place.startsWith(listed)))).toEqual([]);
});

async function answerOf(path: string, input: unknown): Promise<unknown> {
  const response = await fetch(`${web.url}/trpc/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input ?? {}),
  });
  return ((await response.json()) as { result?: { data: unknown } }).result?.data;
}

/** The procedures that stand in the sources of the web UI. */
const USED = new Set(
  readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .flatMap(
      (file) => readFileSync(resolve(SOURCES, file), 'utf8').match(/(?<=\b(?:trpc|ledger)\.)\w+\.\w+/g) ?? [],
    ),
);
