export { findAxeViolations } from './axe.ts';
export { BROWSER_TIMEOUT_MS, openBrowser, type TestBrowser } from './browser.ts';
export type { PageOptions, TestPage } from './page.ts';
export { ensureWebBuilt } from './web-build.ts';
