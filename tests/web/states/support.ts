import type { Page } from 'playwright-core';

/** What browser and library say of requests that a test cuts off or a server refuses. */
export const EXPECTED = [/ERR_|Failed to load|PartNotLoaded/];
export const SOON = { timeout: 20_000 };

const CALLS = /\/(trpc|raw)\//;

export interface HeldCalls {
  /** Nothing of what was asked, or will be, is answered: the server has gone. */
  cut: () => void;
  /** The server is there again, and the browser notices. */
  heal: () => Promise<void>;
}

/** Has the page wait for every answer, until it is decided what becomes of them. */
export async function holdCalls(page: Page): Promise<HeldCalls> {
  const isCut = Promise.withResolvers<void>();
  await page.route(CALLS, async (route) => {
    await isCut.promise;
    await route.abort('internetdisconnected');
  });
  return {
    cut: () => isCut.resolve(),
    heal: async () => {
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await page.evaluate(`dispatchEvent(new Event('online'))`);
    },
  };
}

/** Has the calls of some procedures wait on their way to the server; answers how to let them go. */
export async function holdBack(page: Page, procedures: RegExp): Promise<() => void> {
  const held = Promise.withResolvers<void>();
  await page.route(procedures, async (route) => {
    await held.promise;
    await route.continue();
  });
  return () => held.resolve();
}

/**
 * Has a page of HTML answer a call, as what stands between browser and server might; `isDone` says whether the server
 * has done it by then.
 */
export async function loseAnswer(page: Page, procedure: string, { isDone }: { isDone: boolean }) {
  const calls = new RegExp(`/trpc/[^?]*${procedure.replace('.', '\\.')}\\b`);
  await page.route(calls, async (route) => {
    if (isDone) await route.fetch();
    await route.fulfill({ status: 500, contentType: 'text/html', body: '<h1>Lost</h1>' });
  });
  return { restore: () => page.unroute(calls) };
}
