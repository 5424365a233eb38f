import type { Page } from 'playwright-core';
import type { View } from './views.ts';

/** Each page is opened so many times, in a browser that has been there and one that has not. */
const TIMES = 3;
/** Screens that are scrolled through, one a frame. */
const SCREENS = 200;
/** How long the end of a list is gone after. */
const READ_MS = 6_000;

const SINCE_LOAD = `performance.now() - performance.getEntriesByType('navigation')[0].loadEventEnd`;

export async function measurePage(page: Page, { path, seen }: View): Promise<object> {
  const times: number[] = [];
  let afterLoad = Number.NaN;
  for (let time = 0; time < TIMES; time += 1) {
    let began = performance.now();
    await page.goto(path);
    const first = page.locator(`main >> ${seen}`).first();
    // A large text is loaded when a person says so: the time is counted from there.
    const load = page.getByRole('button', { name: /^Load \d/ });
    await first.or(load).first().waitFor();
    if (await load.isVisible()) {
      began = performance.now();
      await load.click();
      await first.waitFor();
    }
    times.push(performance.now() - began);
    if (time === 0) afterLoad = await page.evaluate<number>(SINCE_LOAD);
  }
  const later = times.slice(1).toSorted((a, b) => a - b);
  return {
    'first visit ms': Math.round(times[0] ?? Number.NaN),
    'of it after load': Math.round(afterLoad),
    'then, median ms': Math.round(later[Math.floor(later.length / 2)] ?? Number.NaN),
    ...(await scroll(page)),
  };
}

/**
 * Scrolls the page's longest list a screen a frame, then for a while to the end of what is there, as more comes: how
 * long frames took, how far it got, and the memory at the end.
 */
async function scroll(page: Page): Promise<object> {
  const { frames, scrolled } = (await page.evaluate(`(async () => {
    const boxes = [...document.querySelectorAll('main, main *')].filter((box) => box.scrollHeight > box.clientHeight + 400);
    const box = boxes.sort((one, other) => other.scrollHeight - one.scrollHeight)[0];
    const frames = [];
    let last = performance.now();
    for (let screen = 0; box && screen < ${SCREENS}; screen += 1) {
      box.scrollTop += box.clientHeight;
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      frames.push(now - last);
      last = now;
    }
    const began = performance.now();
    while (box && performance.now() - began < ${READ_MS}) {
      box.scrollTop = box.scrollHeight;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return { frames, scrolled: box ? box.scrollTop : 0 };
  })()`)) as { frames: number[]; scrolled: number };
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const sorted = frames.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
  return {
    'frame p50 ms': at(0.5),
    p95: at(0.95),
    'scrolled px': Math.round(scrolled),
    'heap MB': Math.round(usedSize / 1e6),
  };
}
