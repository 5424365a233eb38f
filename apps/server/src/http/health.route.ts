import type { ServerResponse } from 'node:http';
import type { Store } from '@stepledger/contract';
import { sendJson } from './answers.ts';

/** Longer than a database that is well takes to answer, and shorter than probes wait. */
const READY_TIMEOUT_MS = 3000;

/** `/healthz`: the process answers; nothing else is asked, so that a restart is not tried against a lost database. */
export function serveHealth(res: ServerResponse): void {
  sendJson(res, 200, { status: 'ok' });
}

/** `/readyz`: 200 when the database is reached and migrated, 503 when not or when the server is stopping. */
export async function serveReady(res: ServerResponse, store: Store, stopping: boolean): Promise<void> {
  const database = await askDatabase(store);
  const ready = database.reachable && database.migrated && !stopping;
  sendJson(res, ready ? 200 : 503, {
    status: ready ? 'ready' : stopping ? 'stopping' : 'not ready',
    database,
  });
}

async function askDatabase(store: Store): Promise<{ reachable: boolean; migrated: boolean }> {
  const lost = { reachable: false, migrated: false };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof lost>((resolve) => {
    timer = setTimeout(resolve, READY_TIMEOUT_MS, lost);
  });
  try {
    // A probe that fails is the answer, not a fault of the server.
    return await Promise.race([store.ready().catch(() => lost), late]);
  } finally {
    clearTimeout(timer);
  }
}
