/** Takes the pictures of the README out of the example agent's run: `pnpm screenshots`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createStepledger } from '@stepledger/client';
import { launchChromium } from '@stepledger/testing/chromium';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PICTURES = path.join(ROOT, 'docs/pictures');
/** The example starts a PostgreSQL of its own and plans a feature. */
const PATIENCE_MS = 120_000;
/** What a page has to load, and to draw. */
const SETTLE_MS = 2_500;

const home = await mkdtemp(path.join(os.tmpdir(), 'stepledger-screenshots-'));
const demo = spawn(process.execPath, [path.join(ROOT, 'examples/coding-agent/src/demo.ts')], {
  env: { ...process.env, PORT: '0', STEPLEDGER_DATA_DIR: home, LOG_LEVEL: 'error' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const url = await untilDone();
  const shown = await addSecondAttempt(url);
  await mkdir(PICTURES, { recursive: true });
  await takePictures(url, shown);
} finally {
  if (demo.kill('SIGTERM')) await once(demo, 'exit');
  await rm(home, { recursive: true, force: true });
}

/** Where the server of the example is, once its agent has finished. */
async function untilDone(): Promise<string> {
  const said: Buffer[] = [];
  demo.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until && demo.exitCode === null) {
    await sleep(500);
    const url = /listens on (\S+)/.exec(Buffer.concat(said).toString())?.[1];
    if (url === undefined) continue;
    const { items } = await createStepledger({ url, spool: false }).runs.list({ status: 'completed' });
    if (items.length > 0) return url;
  }
  throw new Error(`The example did not come to its end:\n${Buffer.concat(said)}`);
}

interface Shown {
  run: string;
  fork: string;
  documentId: string;
  exchangeId: string;
}

/** A person changes the design, and a second attempt goes on from an earlier revision. */
async function addSecondAttempt(url: string): Promise<Shown> {
  const ledger = createStepledger({ url, actor: 'ada', spool: false });
  const [first] = (await ledger.runs.list({ status: 'completed' })).items;
  if (first === undefined) throw new Error('The example has no completed run');
  const run = await ledger.run({ key: first.key });
  const [design] = (await ledger.documents.list({ runId: run.id, kind: 'design', withText: false })).items;
  const [exchange] = (await ledger.exchanges.list({ runId: run.id })).items;
  if (design === undefined || exchange === undefined) throw new Error('The example has no design');
  const document = await ledger.document(design.id);
  await document.update(`${document.text}\n## Open questions\n\n- Who may delete an item?\n`);
  const fork = `${first.key}, second attempt`;
  await run.fork({ revision: Math.max(2, Math.floor(first.revision / 2)), key: fork });
  return { run: first.key, fork, documentId: design.id, exchangeId: exchange.id };
}

async function takePictures(url: string, { run, fork, documentId, exchangeId }: Shown): Promise<void> {
  const browser = await launchChromium();
  const pages = {
    runs: '/',
    run: `/runs/${encodeURIComponent(run)}`,
    exchange: `/exchanges/${exchangeId}`,
    document: `/documents/${documentId}?view=blame`,
    compare: `/compare?from=${encodeURIComponent(run)}&to=${encodeURIComponent(fork)}`,
  };
  for (const [name, at] of Object.entries(pages)) {
    const context = await browser.newContext({ baseURL: url, viewport: { width: 1280, height: 720 } });
    const page = await context.newPage();
    await page.goto(at);
    await page.locator('main h1').first().waitFor();
    await sleep(SETTLE_MS);
    await page.screenshot({ path: path.join(PICTURES, `${name}.png`), animations: 'disabled' });
    await context.close();
    process.stdout.write(`docs/pictures/${name}.png\n`);
  }
  await browser.close();
}
