import type { Page } from 'playwright-core';

/** A call of the API that a page made. */
export interface Asked {
  path: string;
  input: unknown;
}

/** Adds to the list what a page asks the server from now on. */
export function collectAsked(page: Page, asked: Asked[]): void {
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (!pathname.startsWith('/trpc/')) return;
    const inputs: Record<string, unknown> = JSON.parse(request.postData() ?? '{}');
    for (const [index, path] of pathname.slice('/trpc/'.length).split(',').entries()) {
      asked.push({ path: decodeURIComponent(path), input: inputs[index] });
    }
  });
}
