/**
 * What the web UI does with a run of 10,000 documents and 100,000 exchanges, and with the largest texts there are: when
 * the first of it is seen, how smoothly it scrolls, and what memory that takes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStepledger } from '@stepledger/client';
import { startPostgres } from '@stepledger/postgres';
import { createLog, startServer } from '@stepledger/server';
import { launchChromium } from '@stepledger/testing/chromium';
import { measurePage } from './measure-page.ts';
import { prepareRuns, writeLargeTexts } from './prepare.ts';
import { createViews } from './views.ts';

const EXCHANGES = Number(process.argv[2] ?? 100_000);
/** Only views whose names hold this. */
const ONLY = process.argv[3] ?? '';

const directory = await mkdtemp(join(tmpdir(), 'stepledger-bench-'));
try {
  await using postgres = await startPostgres({ dataDir: join(directory, 'data') });
  await prepareRuns(postgres.url(), EXCHANGES);
  await using server = await startServer({
    database: { url: postgres.url() },
    port: 0,
    logger: createLog('error'),
  });
  const ledger = createStepledger({ url: server.url, spool: false });
  const ids = await writeLargeTexts(ledger);
  // It waits until the large texts are indexed, which would take one of two cores from the first pages.
  await ledger.search({ text: 'paragraph' });
  const browser = await launchChromium();
  const rows: Record<string, object> = {};
  for (const view of createViews(ids).filter(({ name }) => name.includes(ONLY))) {
    const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1280, height: 800 } });
    const row = await measurePage(await context.newPage(), view).catch((error: Error) => ({
      failed: error.message.split('\n')[0],
    }));
    rows[view.name] = row;
    // What takes minutes says how far it is, and loses nothing when it is stopped.
    console.error(view.name, JSON.stringify(row));
    await context.close();
  }
  console.table(rows);
  await browser.close();
} finally {
  await rm(directory, { recursive: true, force: true });
}
