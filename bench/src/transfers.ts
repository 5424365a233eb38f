/**
 * What it takes to export a run of 10,000 documents and 100,000 exchanges and to import it again, as processes: time, and
 * the most memory that the command and the server had.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startRunInput } from '@stepledger/contract';
import { openDatabase } from '@stepledger/db';
import { startPostgres } from '@stepledger/postgres';
import pg from 'pg';
import { enlarge } from './large-run.ts';

const EXCHANGES = Number(process.argv[2] ?? 100_000);
/** Each is written to so many times. */
const VERSIONS = 10;
/** Characters of each prompt, answer and document. */
const TEXT_LENGTH = 1_000;
const POLL_MS = 50;

const path = (name: string) => fileURLToPath(new URL(`../../apps/${name}`, import.meta.url));

const directory = await mkdtemp(join(tmpdir(), 'stepledger-bench-'));
try {
  await using postgres = await startPostgres({ dataDir: join(directory, 'data') });
  await prepare(postgres.url());
  const file = join(directory, 'large.jsonl');
  const rows: Record<string, object> = {};
  await withServer(postgres.url(), async (url, peakOfServer) => {
    const exported = await run(['export', 'large', '--project', 'bench', '--out', file], url);
    const { size } = await stat(file);
    rows['export'] = { ...exported, 'server MB': await peakOfServer(), 'file MB': toMb(size) };
  });
  await withServer(postgres.url(), async (url, peakOfServer) => {
    const imported = await run(['import', file, '--project', 'copy'], url);
    rows['import'] = { ...imported, 'server MB': await peakOfServer() };
  });
  await withServer(postgres.url(), async (url, peakOfServer) => {
    const again = await run(['import', file, '--project', 'copy'], url);
    rows['import again'] = { ...again, 'server MB': await peakOfServer() };
    await run(['export', 'large', '--project', 'copy', '--out', `${file}.2`], url);
  });
  console.table(rows);
  const [first, second] = await Promise.all([readFile(file), readFile(`${file}.2`)]);
  console.log(
    first.equals(second) ? 'The copy exports to the same bytes.' : 'THE COPY EXPORTS TO OTHER BYTES.',
  );
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function prepare(url: string): Promise<void> {
  await using database = await openDatabase({ url });
  await database.migrate();
  await database.ensureProject({ slug: 'copy', name: 'Copy' });
  const { id: projectId } = await database.ensureProject({ slug: 'bench', name: 'Bench' });
  const { runs } = database.store.open({ projectId, actor: 'bench' });
  const { runId } = await runs.start(startRunInput.parse({ key: 'large' }));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const large = { exchanges: EXCHANGES, versions: VERSIONS, textLength: TEXT_LENGTH };
  for (const sql of enlarge(large)) await client.query(sql, [runId]);
  await client.query('VACUUM ANALYZE');
  await client.end();
}

/** A server of its own, so that its peak is that of one command. */
async function withServer(
  databaseUrl: string,
  work: (url: string, peakMb: () => Promise<number>) => Promise<void>,
): Promise<void> {
  const child = spawn(process.execPath, [path('server/src/main.ts')], {
    env: { ...process.env, DATABASE_URL: databaseUrl, PORT: '0', LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    await work(await readyUrl(child), () => peakOf(child));
  } finally {
    child.kill('SIGTERM');
    await once(child, 'close');
  }
}

async function readyUrl(child: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of child.stderr ?? []) {
    said += String(chunk);
    const url = /ready at (http:\S+)/.exec(said)?.[1];
    if (url !== undefined) {
      child.stderr?.resume();
      return url;
    }
  }
  throw new Error(`The server ended before it was ready:\n${said}`);
}

/** Runs the command line; answers how long it took and the most memory that it had. */
async function run(args: readonly string[], url: string): Promise<{ seconds: number; 'command MB': number }> {
  const begun = performance.now();
  const child = spawn(process.execPath, [path('cli/src/main.ts'), ...args], {
    env: { ...process.env, STEPLEDGER_URL: url },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const closed = once(child, 'close');
  let peak = 0;
  while (child.exitCode === null && child.signalCode === null) {
    peak = Math.max(peak, await peakOf(child));
    await sleep(POLL_MS);
  }
  const [code] = await closed;
  if (code !== 0) throw new Error(`stepledger ${args[0]} ended with ${code}`);
  return { seconds: Math.round((performance.now() - begun) / 100) / 10, 'command MB': peak };
}

/** By the kernel, which keeps the most that there was; 0 once the process has ended. */
async function peakOf({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return toMb(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024);
}

function toMb(bytes: number): number {
  return Math.round(bytes / 1e6);
}
