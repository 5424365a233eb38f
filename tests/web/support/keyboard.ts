import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** How long such a test may take on a busy machine: each press of Tab is looked at. */
export const BY_KEYBOARD = { timeout: 120_000 };

const SOON = { timeout: 20_000 };
/** No page of these tests has more places to stop at. */
const MAX_STOPS = 150;

/** What has the focus, and whether who looks at the page can tell. */
interface Focus {
  /** Nothing has it. */
  isLost: boolean;
  isVisible: boolean;
  /** Its tag, name and beginning, to be read in a failure. */
  name: string;
}

const READ_FOCUS = `(() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
  const isInSight = width > 0 && height > 0 && right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
  const hasRing = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
  return {
    isLost: element === document.body,
    isVisible: isInSight && hasRing && style.opacity !== '0',
    name: element.tagName + ' ' + (element.getAttribute('aria-label') ?? element.outerHTML.slice(0, 200)),
  };
})()`;

const readFocus = (page: Page) => page.evaluate<Focus>(READ_FOCUS);

/** Whether the focus is in a place: waits, as a page gives it back after it has drawn. */
export async function expectFocus(page: Page, target: Locator): Promise<void> {
  await target.and(page.locator(':focus')).waitFor();
  expect(await readFocus(page)).toMatchObject({ isLost: false, isVisible: true });
}

/** Whether anything at all has the focus, and shows it. */
export async function expectFocusKept(page: Page): Promise<void> {
  await expect.poll(() => readFocus(page), SOON).toMatchObject({ isLost: false, isVisible: true });
}

/** Goes to a place by Tab alone, and sees on each stop of the way where it is. */
export async function tabTo(page: Page, target: Locator, { key = 'Tab' } = {}): Promise<void> {
  await target.waitFor();
  const stops: string[] = [];
  while (!(await hasFocus(target))) {
    await page.keyboard.press(key);
    const focus = await readFocus(page);
    stops.push(focus.name);
    // After the last stop the browser's own come.
    if (!focus.isLost) expect(focus.isVisible, `focus on ${focus.name}`).toBe(true);
    expect(stops.length, `no way by ${key} to ${target}: ${stops.join('; ')}`).toBeLessThan(MAX_STOPS);
  }
}

/** Goes to a place by Tab and presses a key there. */
export async function press(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

/** Goes to a field by Tab and types in place of what it holds. */
export async function typeInto(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.type(text);
}

/** What was copied, as it comes out of the clipboard by keyboard. */
export async function paste(page: Page): Promise<string> {
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Go to' });
  await field.waitFor();
  await page.keyboard.press('Control+v');
  const text = await field.inputValue();
  await page.keyboard.press('Escape');
  await field.waitFor({ state: 'detached' });
  return text;
}

async function hasFocus(target: Locator): Promise<boolean> {
  return (await target.and(target.page().locator(':focus')).count()) > 0;
}
