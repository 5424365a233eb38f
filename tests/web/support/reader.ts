import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Who reads in a list of the page: where the row is that has the focus, and whether it is still the same. */
export interface Reader {
  /** Goes down into the list. */
  scroll: () => Promise<void>;
  /** Puts the focus into the row in the middle; answers where that is. */
  focusRow: () => Promise<number>;
  /** Where the row is now; null where the focus went elsewhere. */
  rowInFocus: () => Promise<number | null>;
  /** Goes to the end of what is there, again and again as more is, until it is enough. */
  scrollUntil: (isEnough: () => boolean) => Promise<void>;
  /** Waits until the list is longer by so many rows. */
  longerBy: (rows: number) => Promise<void>;
}

/** No row of any list is lower. */
const LOWEST_ROW = 30;
const SCROLLED = 600;

export async function readerOf(page: Page, label: string): Promise<Reader> {
  const box = page.getByRole('region', { name: label, exact: true });
  await box.waitFor();
  const inBox = <Result>(script: string) =>
    box.evaluate<Result, string>((element, body) => new Function('box', body)(element), script);
  const height = () => inBox<number>('return box.scrollHeight');
  let before = 0;
  return {
    async scroll() {
      await expect.poll(height).toBeGreaterThan(2 * SCROLLED);
      await inBox(`box.scrollTop = ${SCROLLED}`);
      await expect.poll(() => inBox<number>('return box.scrollTop')).toBeGreaterThan(SCROLLED / 2);
      await expect.poll(() => box.getByText('Loading…').count()).toBe(0);
    },
    async focusRow() {
      before = await height();
      return await inBox<number>(`
        const { left, top, height } = box.getBoundingClientRect();
        const row = document.elementFromPoint(left + 30, top + height / 2).closest('li, tr');
        window.read = row.querySelector('a, button');
        window.read.focus({ preventScroll: true });
        return row.getBoundingClientRect().top;
      `);
    },
    rowInFocus: () =>
      inBox<number | null>(`
        const isRead = document.activeElement === window.read;
        return isRead ? window.read.closest('li, tr').getBoundingClientRect().top : null;
      `),
    async scrollUntil(isEnough) {
      const goOn = async () => {
        await inBox('box.scrollTop = box.scrollHeight');
        return isEnough();
      };
      await expect.poll(goOn, { timeout: 60_000 }).toBe(true);
      await expect.poll(() => box.getByText('Loading…').count(), { timeout: 20_000 }).toBe(0);
    },
    async longerBy(rows) {
      await expect.poll(height, { timeout: 20_000 }).toBeGreaterThanOrEqual(before + rows * LOWEST_ROW);
    },
  };
}
