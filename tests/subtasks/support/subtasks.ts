import { setTimeout as sleep } from 'node:timers/promises';
import type { ClaimHandle, DocumentHandle, RunHandle } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';

/** A server with a run; both end with the test. */
export async function startRun() {
  const server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  return { server, run, ledger: server.ledger, [Symbol.asyncDispose]: () => server.close() };
}

/** Writes a subtask that depends on others. */
export function writeSubtask(
  run: RunHandle,
  key: string,
  { status, on = [] }: { status?: string; on?: readonly DocumentHandle[] } = {},
): Promise<DocumentHandle> {
  return run.documents.put({
    kind: 'subtask',
    key,
    text: `Do ${key}`,
    ...(status === undefined ? {} : { status }),
    links: on.map(({ ref }) => ({ relation: 'depends_on', to: ref })),
  });
}

export async function keysOfReady(run: RunHandle): Promise<string[]> {
  const documents = await run.documents.ready({ kind: 'subtask' });
  return documents.map(({ key }) => key);
}

/** Waits until every claim of 0.1 s has lapsed. */
export function lapse(): Promise<void> {
  return sleep(150);
}

/** Claims the next subtask for so short a time that the claim has lapsed when this answers. */
export async function claimAndLapse(run: RunHandle, holder: string): Promise<ClaimHandle> {
  const claim = await run.documents.claim({ holder, leaseSeconds: 0.1 });
  if (!claim) throw new Error('Nothing was ready');
  await lapse();
  return claim;
}

/** Claims the next subtask. */
export async function claimNext(run: RunHandle, holder: string): Promise<ClaimHandle> {
  const claim = await run.documents.claim({ holder });
  if (!claim) throw new Error('Nothing was ready');
  return claim;
}
