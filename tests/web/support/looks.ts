import { findAxeViolations, type WebTest } from '@stepledger/testing/browser';
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
export async function expectGoodLooks(web: WebTest, look: Look): Promise<void> {
  for (const { width, dark } of LOOKS) {
    const { page } = await web.openPage({ path: look.path, width, dark });
    await look.shown(page);
    await expectGoodLook(page, JSON.stringify({ width, dark }));
    const shots = process.env['STEPLEDGER_TEST_SHOTS'];
    if (shots)
      await page.screenshot({ path: `${shots}/${look.path.replaceAll(/\W+/g, '-')}-${width}-${dark}.png` });
    await page.close();
  }
}

const LOOKS_OF_OPEN_PAGE = [
  { width: 1280, dark: false },
  { width: 390, dark: true },
  // Zoomed to 200 %.
  { width: 640, dark: false },
];

/** The same of a page that is open, as it is. */
export async function expectGoodLooksAsItIs(page: Page, place: string): Promise<void> {
  for (const { width, dark } of LOOKS_OF_OPEN_PAGE) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
    await expectGoodLook(page, `${place} ${JSON.stringify({ width, dark })}`);
  }
}

async function expectGoodLook(page: Page, message: string): Promise<void> {
  expect(await findAxeViolations(page), message).toEqual([]);
  const tooWide = await page.evaluate<number>(
    `document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth`,
  );
  expect(tooWide, message).toBe(0);
}
