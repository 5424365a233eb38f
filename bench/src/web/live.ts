/** How long after an agent's call was answered its change is on the page of the run, also over a restart of the server. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStepledger } from '@stepledger/client';
import { startPostgres } from '@stepledger/postgres';
import { createLog, startServer } from '@stepledger/server';
import { launchChromium } from '@stepledger/testing/chromium';

const CHANGES = 30;
const RESTARTS = 5;

const directory = await mkdtemp(join(tmpdir(), 'stepledger-bench-'));
try {
  await using postgres = await startPostgres({ dataDir: join(directory, 'data') });
  const start = (port: number) =>
    startServer({ database: { url: postgres.url() }, port, logger: createLog('error') });
  let server = await start(0);
  const { url } = server;
  const browser = await launchChromium();
  const page = await browser.newPage({ baseURL: url, viewport: { width: 1280, height: 2400 } });
  const step = (await createStepledger({ url, spool: false }).run({ key: 'watched' })).step('watch_step');
  await step.documents.put({ kind: 'note', key: 'first', text: 'first' });
  await page.goto('/runs/watched');
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();

  /** From the answer to the call, or from another time. */
  const timeOne = async (key: string, from?: number) => {
    await step.documents.put({ kind: 'note', key, text: key });
    const began = from ?? performance.now();
    await page.getByRole('link', { name: `note/${key}`, exact: true }).waitFor();
    return performance.now() - began;
  };
  const changes: number[] = [];
  for (let change = 1; change <= CHANGES; change += 1) changes.push(await timeOne(`change-${change}`));
  const restarts: number[] = [];
  for (let restart = 1; restart <= RESTARTS; restart += 1) {
    await server.close();
    server = await start(Number(new URL(url).port));
    restarts.push(await timeOne(`restart-${restart}`, performance.now()));
  }
  console.table({ 'after a change': toRow(changes), 'after the server is up again': toRow(restarts) });
  await browser.close();
  await server.close();
} finally {
  await rm(directory, { recursive: true, force: true });
}

function toRow(times: readonly number[]): object {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN);
  return { 'median ms': at(0.5), 'slowest ms': at(1) };
}
