/**
 * What the web UI does with a run of 10,000 documents and 100,000 exchanges: when the first of it is seen, how smoothly
 * it scrolls, and what memory that takes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRunInput } from '@stepledger/contract';
import { openDatabase } from '@stepledger/db';
import { startPostgres } from '@stepledger/postgres';
import { createLog, startServer } from '@stepledger/server';
import { launchChromium } from '@stepledger/testing/chromium';
import pg from 'pg';
import type { Page } from 'playwright-core';
import { enlarge } from './large-run.ts';

const EXCHANGES = Number(process.argv[2] ?? 100_000);
/** Each document is written to so many times. */
const VERSIONS = 10;
/** Each page is opened so many times, in a browser that has been there and one that has not. */
const TIMES = 5;
/** Screens that are scrolled through, one a frame. */
const SCREENS = 200;

const directory = await mkdtemp(join(tmpdir(), 'stepledger-bench-'));
try {
  await using postgres = await startPostgres({ dataDir: join(directory, 'data') });
  await prepare(postgres.url());
  await using server = await startServer({
    database: { url: postgres.url() },
    port: 0,
    logger: createLog('error'),
  });
  const browser = await launchChromium();
  const rows: Record<string, object> = {};
  for (const [name, path, seen] of [
    ['Runs', '/', 'text=large'],
    ['Run, documents', '/runs/large', 'text=design/'],
    ['Run, exchanges', '/runs/large?tab=exchanges', 'text=model'],
  ] as const) {
    const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    const times: number[] = [];
    for (let time = 0; time < TIMES; time += 1) {
      const began = performance.now();
      await page.goto(path);
      await page.locator(`main >> ${seen}`).first().waitFor();
      times.push(performance.now() - began);
    }
    rows[name] = {
      'first load ms': Math.round(times[0] ?? Number.NaN),
      'then, median ms': Math.round(
        times.slice(1).toSorted((a, b) => a - b)[Math.floor((TIMES - 1) / 2)] ?? 0,
      ),
      ...(await scroll(page)),
    };
    await context.close();
  }
  console.table(rows);
  await browser.close();
} finally {
  await rm(directory, { recursive: true, force: true });
}

/** Scrolls the page's longest list a screen a frame: how long frames took, and the memory at the end. */
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

async function prepare(url: string): Promise<void> {
  await using database = await openDatabase({ url });
  await database.migrate();
  const { id: projectId } = await database.ensureProject({ slug: 'default', name: 'default' });
  const { runs } = database.store.open({ projectId, actor: 'bench' });
  const { runId } = await runs.start(startRunInput.parse({ key: 'large' }));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const sql of enlarge({ exchanges: EXCHANGES, versions: VERSIONS, textLength: 1_000 })) {
    await client.query(sql, [runId]);
  }
  await client.query('VACUUM ANALYZE');
  await client.end();
}
