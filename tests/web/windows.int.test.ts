import { setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { HOSTILE_WORD, type HostileProject, writeHostileProject } from './support/hostile-project.ts';
import { HOSTILE } from './support/hostile-texts.ts';
import { expectGoodLooksAsItIs } from './support/looks.ts';
import { watchSmuggling } from './support/watch-smuggling.ts';

const web = setUpWeb();
let project: HostileProject;

beforeAll(async () => {
  project = await writeHostileProject(web);
});

interface Opening {
  path: () => string;
  open: (page: Page) => Promise<unknown>;
}

const press = (name: string | RegExp) => (page: Page) =>
  page.getByRole('main').getByRole('button', { name }).first().click();

const WINDOWS: Readonly<Record<string, Opening>> = {
  'the palette': {
    path: () => '/stats',
    open: async (page) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type(HOSTILE_WORD);
      await page
        .getByRole('option', { name: /^document/ })
        .first()
        .waitFor();
    },
  },
  'the help of keys': { path: () => '/stats', open: (page) => page.keyboard.press('?') },
  'a fork': {
    path: () => `/runs/${encodeURIComponent(project.runKey)}`,
    open: press('Fork'),
  },
  'the fork of a step': {
    path: () => `/runs/${encodeURIComponent(project.runKey)}`,
    open: press(/^Fork right before/),
  },
  'a command': { path: () => `/exchanges/${project.exchangeId}`, open: press('Copy as curl') },
  'a deletion': { path: () => `/documents/${project.documentId}`, open: press('Delete') },
};

test.each(Object.entries(WINDOWS))(
  'everybody can read %s, and nothing in it runs or is asked for',
  async (_name, { path, open }) => {
    const { page } = await web.openPage({ path: '/no/such/page' });
    const smuggled = await watchSmuggling(page);
    await page.goto(path());
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await open(page);
    const box = page.getByRole('dialog');
    await box.waitFor();
    await expectGoodLooksAsItIs(page, path());
    const wider = await box.evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(wider).toBe(0);
    // The address of the page itself holds the name of what it shows.
    const own = new URL(path(), web.url).href;
    expect(smuggled.filter((url) => url !== own)).toEqual([]);
    await page.keyboard.press('Escape');
    await box.waitFor({ state: 'detached' });
  },
);

test('whatever is searched for in the palette is a text', async () => {
  const { page } = await web.openPage({ path: '/stats' });
  const smuggled = await watchSmuggling(page);
  await page.getByRole('heading').first().waitFor();
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Search or go to…').waitFor();
  for (const text of HOSTILE) await page.keyboard.insertText(`${text}\n`);
  await page.getByRole('option', { name: /^Search for/ }).waitFor();
  expect(smuggled).toEqual([]);
});
