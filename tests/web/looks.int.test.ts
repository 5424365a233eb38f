import { startTestServer, type TestServer } from '@stepledger/testing';
import {
  BROWSER_TIMEOUT_MS,
  ensureWebBuilt,
  openBrowser,
  type TestBrowser,
} from '@stepledger/testing/browser';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HostileProject, writeHostileProject } from './support/hostile-project.ts';
import { HOSTILE_VIEWS } from './support/hostile-views.ts';
import { expectGoodLooksAsItIs } from './support/looks.ts';

let server: TestServer;
let browser: TestBrowser;
let project: HostileProject;

beforeAll(async () => {
  const [webDir, opened] = await Promise.all([ensureWebBuilt(), openBrowser()]);
  browser = opened;
  server = await startTestServer({ webDir });
  project = await writeHostileProject(server);
}, BROWSER_TIMEOUT_MS);
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test.each(Object.entries(HOSTILE_VIEWS))(
  'everybody can read, however long its texts are: %s',
  {
    timeout: 300_000,
  },
  async (_page, views) => {
    const { page } = await browser.openPage(server, { path: '/no/such/page' });
    for (const { path, act } of views) {
      const place = path(project);
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.goto(place);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await expect.poll(() => page.getByText('Loading…').count(), { timeout: 20_000 }).toBe(0);
      await act?.(page);
      await expectGoodLooksAsItIs(page, place);
    }
  },
);
