import type { TestServer } from '@stepledger/testing';
import { findAxeViolations, type TestBrowser } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

export interface Look {
  path: string;
  /** Waits until the page shows what it is about. */
  shown: (page: Page) => Promise<unknown>;
}

const LOOKS = [
  { width: 1280, dark: false },
  { width: 1280, dark: true },
  { width: 390, dark: false },
];

/** Opens a page in light and dark and on a narrow screen: axe finds nothing wrong, and nothing is wider than the screen. */
export async function expectGoodLooks(browser: TestBrowser, server: TestServer, look: Look): Promise<void> {
  for (const { width, dark } of LOOKS) {
    const { page } = await browser.openPage(server, { path: look.path, width, dark });
    await look.shown(page);
    expect(await findAxeViolations(page), JSON.stringify({ width, dark })).toEqual([]);
    const tooWide = await page.evaluate<number>(
      `document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth`,
    );
    expect(tooWide, JSON.stringify({ width, dark })).toBe(0);
    const shots = process.env['STEPLEDGER_TEST_SHOTS'];
    if (shots)
      await page.screenshot({ path: `${shots}/${look.path.replaceAll(/\W+/g, '-')}-${width}-${dark}.png` });
    await page.close();
  }
}
