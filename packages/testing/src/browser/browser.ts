import { launchChromium } from './chromium.ts';
import { openPage, type PageOptions, type TestPage } from './page.ts';

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
  const browser = await launchChromium();
  const close = () => browser.close();
  return {
    openPage: (server, options = {}) => openPage(browser, server, options),
    close,
    [Symbol.asyncDispose]: close,
  };
}
