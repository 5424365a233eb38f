export { findAxeViolations } from './axe.ts';
export { BROWSER_TIMEOUT_MS, openBrowser, type TestBrowser } from './browser.ts';
export type { PageOptions, TestPage } from './page.ts';
export { setUpWeb, type WebTest } from './set-up-web.ts';
export { ensureWebBuilt } from './web-build.ts';
