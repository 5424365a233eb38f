import { startTestServer, type TestServer } from '@stepledger/testing';
import {
  BROWSER_TIMEOUT_MS,
  ensureWebBuilt,
  openBrowser,
  type TestBrowser,
} from '@stepledger/testing/browser';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOSTILE, HOSTILE_NAMES, shown, UNSEEN } from './support/hostile-texts.ts';
import { watchSmuggling } from './support/watch-smuggling.ts';

let server: TestServer;
let browser: TestBrowser;

/** Found by a search, with hostile texts around it. */
const WORD = 'needleword';

beforeAll(async () => {
  const [webDir, opened] = await Promise.all([ensureWebBuilt(), openBrowser()]);
  browser = opened;
  server = await startTestServer({ webDir });
  const { ledger } = server;
  for (const name of HOSTILE_NAMES) {
    await ledger.workflows.define({ name, steps: [{ name }] });
    await ledger.prompts.put({
      name,
      template: HOSTILE.join('\n'),
      note: UNSEEN.join(' '),
      parameters: [name],
    });
    await ledger.prompts.setLabel({ name, label: name, version: 1 });
    await ledger.apiKeys.create({ name });
    const run = await ledger.run({ key: name, workflow: name, goal: name });
    await ledger.documents.put({
      runId: run.id,
      step: { name },
      kind: name,
      title: name,
      status: 'open',
      author: name,
      text: `${UNSEEN.join(' ')} ${WORD} ${name}`,
    });
    await ledger.documents.claim({ runId: run.id, holder: name });
    await ledger.exchanges.record({
      runId: run.id,
      step: { name },
      model: name,
      prompt: { name, version: 1 },
      messages: [{ role: name, content: `${WORD} ${name}` }],
      error: name,
    });
  }
}, BROWSER_TIMEOUT_MS);
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const first = encodeURIComponent(HOSTILE_NAMES[0] ?? '');

test.each([
  { path: `/search?q=${WORD}`, all: false },
  { path: '/live', all: false },
  { path: '/stats?by=step', all: true },
  { path: '/stats?by=model', all: true },
  { path: '/stats?by=prompt', all: true },
  { path: '/prompts', all: true },
  { path: `/prompts/${first}`, all: false },
  { path: `/prompts/${first}?view=uses`, all: false },
  { path: `/subtasks/${first}`, all: false },
  { path: `/subtasks/${first}?view=graph`, all: false },
  { path: '/settings', all: true },
])('hostile texts are shown as the texts they are: $path', async ({ path, all }) => {
  const { page } = await browser.openPage(server, { path: '/no/such/page' });
  const smuggled = await watchSmuggling(page);
  await page.setViewportSize({ width: 1280, height: 4000 });
  await page.goto(path);
  const main = page.locator('main');
  for (const name of all ? HOSTILE_NAMES : HOSTILE_NAMES.slice(0, 1)) {
    await expect.poll(() => main.textContent(), { timeout: 20_000 }).toContain(shown(name));
  }
  // The address of the page itself holds the name of what it shows.
  const own = new URL(path, server.url).href;
  expect(smuggled.filter((each) => each !== own)).toEqual([]);
});

test('hostile texts do nothing in the palette', async () => {
  const { page } = await browser.openPage(server);
  const smuggled = await watchSmuggling(page);
  await page.getByRole('heading').first().waitFor();
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Search or go to…').waitFor();
  await page.keyboard.type(WORD);
  await page
    .getByRole('option', { name: /^document/ })
    .first()
    .waitFor();
  await page.keyboard.press('Control+a');
  for (const text of HOSTILE) await page.keyboard.insertText(`${text}\n`);
  await page.getByRole('option', { name: /^Search for/ }).waitFor();
  expect(smuggled).toEqual([]);
});
