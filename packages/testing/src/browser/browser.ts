import { type Browser, chromium } from 'playwright-core';
import { requireChromium } from './chromium.ts';
import { openPage, type PageOptions, type TestPage } from './page.ts';

/** Nothing but what the tests ask for: no graphics card, no calls home. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How long `openBrowser` may take where the browser has to be installed first: the timeout of its `beforeAll`. */
export const BROWSER_TIMEOUT_MS = 600_000;

/** A headless Chromium with a profile of its own, which is gone with it. One serves all tests of a file. */
export interface TestBrowser extends AsyncDisposable {
  /**
   * Opens a page of a server, as a visitor who was never there. The page closes with the test.
   *
   * The test fails when the page logs an error or throws one, breaks its content security policy, or asks another
   * origin for anything.
   */
  openPage(server: { readonly url: string }, options?: PageOptions): Promise<TestPage>;
  close(): Promise<void>;
}

/** Starts the browser; installs it where it is missing and may be installed. */
export async function openBrowser(): Promise<TestBrowser> {
  const browser: Browser = await chromium.launch({
    executablePath: await requireChromium(),
    headless: true,
    args: FLAGS,
  });
  const close = () => browser.close();
  return {
    openPage: (server, options = {}) => openPage(browser, server, options),
    close,
    [Symbol.asyncDispose]: close,
  };
}
