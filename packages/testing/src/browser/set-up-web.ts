import { afterAll, beforeAll } from 'vitest';
import { startTestServer, type TestServer } from '../test-server.ts';
import { BROWSER_TIMEOUT_MS, openBrowser, type TestBrowser } from './browser.ts';
import type { PageOptions, TestPage } from './page.ts';
import { ensureWebBuilt } from './web-build.ts';

/** A server that shows the web UI, and a browser, both for all tests of a file. There from the first hook on. */
export interface WebTest extends Pick<TestServer, 'url' | 'ledger' | 'databaseUrl'> {
  /** Where the built web UI is, for servers of a test's own. */
  readonly webDir: string;
  readonly browser: TestBrowser;
  /** Opens a page of the server. See `TestBrowser.openPage`. */
  openPage(options?: PageOptions): Promise<TestPage>;
}

/** Starts them before the tests of the file that calls it, and ends them after. */
export function setUpWeb(): WebTest {
  const opened = new AsyncDisposableStack();
  let started: { webDir: string; server: TestServer; browser: TestBrowser } | undefined;
  beforeAll(async () => {
    const webDir = await ensureWebBuilt();
    const server = opened.use(await startTestServer({ webDir }));
    // It ends first: the server would wait for what its pages still ask.
    const browser = opened.use(await openBrowser());
    started = { webDir, server, browser };
  }, BROWSER_TIMEOUT_MS);
  afterAll(() => opened.disposeAsync());
  const web = () => {
    if (started === undefined) throw new Error('The web UI is there once the tests have begun');
    return started;
  };
  return {
    get url() {
      return web().server.url;
    },
    get ledger() {
      return web().server.ledger;
    },
    get databaseUrl() {
      return web().server.databaseUrl;
    },
    get webDir() {
      return web().webDir;
    },
    get browser() {
      return web().browser;
    },
    openPage: (options) => web().browser.openPage(web().server, options),
  };
}
