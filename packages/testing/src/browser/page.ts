import type { Browser, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { watchPage } from './watch-page.ts';

export interface PageOptions {
  /** Default `/`. */
  path?: string;
  /** Of the window, in pixels; default 1280. 800 high. */
  width?: number;
  /** Whether the visitor prefers dark colours. */
  dark?: boolean;
  /** Errors that this test provokes, such as a failed request of a page that is offline. */
  expected?: readonly RegExp[];
}

export interface TestPage {
  /** Playwright's page: `page.getByRole('button', { name: 'Save' }).click()`. */
  readonly page: Page;
  /** What has gone wrong so far, each as one line, also what was expected. A test that ends with any other fails. */
  readonly problems: readonly string[];
}

/** How long a page may take to do what a test waits for, in milliseconds: a slow machine, not a slow page. */
const WAIT_MS = 20_000;

export async function openPage(
  browser: Browser,
  server: { readonly url: string },
  { path = '/', width = 1280, dark = false, expected = [] }: PageOptions,
): Promise<TestPage> {
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: { width, height: 800 },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  const problems: string[] = [];
  onTestFinished(async () => {
    await context.close();
    const faults = problems.filter((problem) => !expected.some((pattern) => pattern.test(problem)));
    if (faults.length > 0) throw new Error(`The page went wrong:\n${faults.join('\n')}`);
  });
  context.setDefaultTimeout(WAIT_MS);
  await watchPage(context, new URL(server.url).origin, (problem) => problems.push(problem));
  const page = await context.newPage();
  await page.goto(path);
  return { page, problems };
}
