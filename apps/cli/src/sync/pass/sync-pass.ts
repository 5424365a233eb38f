import type { KnownFiles } from '../files/known-files.ts';
import { loadKnownFiles, saveKnownFiles } from '../files/known-files.ts';
import { makePlace, OWN_FOLDER } from '../files/paths.ts';
import { scanFiles } from '../files/scan.ts';
import { settleSwaps } from '../files/settle-swaps.ts';
import type { Moment } from '../files/swap-file.ts';
import type { Layout } from '../layouts/layout.ts';
import type { RunDocuments } from '../ledger/run-documents.ts';
import type { DecideOptions } from '../plan/decide.ts';
import type { Action } from './actions.ts';
import { matchSides, type Pair } from './match.ts';
import { deleteDocument, settlePair } from './settle-pair.ts';

export interface SyncInput {
  /** The folder that is synced, with every link on the way to it resolved. */
  root: string;
  runId: string;
  layout: Layout;
  documents: RunDocuments;
  options: DecideOptions & { dryRun: boolean };
  moment?: Moment | undefined;
}

export interface PassContext extends SyncInput {
  known: KnownFiles;
  moment: Moment;
}

export interface PassResult {
  actions: Action[];
  /** The files that somebody was at meanwhile, for which another pass has something to do. */
  unsettled: string[];
}

/** Pairs that are worked on at once; the client puts their calls into common requests. */
const AT_ONCE = 8;

/** Looks at both sides once and brings them together. */
export async function syncPass(input: SyncInput): Promise<PassResult> {
  const { root, runId, layout, documents, options, moment = () => undefined } = input;
  const kept = options.dryRun ? [] : await openOwnFolder(root);
  const name = `${runId}.${layout.name}`;
  const known = await loadKnownFiles(root, name);
  const context: PassContext = { ...input, known, moment };
  try {
    const files = await scanFiles(root, layout.root);
    await moment('scanned', '');
    const heads = await documents.heads();
    await moment('listed', '');
    for (const { id, deleted } of heads) if (deleted) known.delete(id);
    const { pairs, left } = matchSides({ files, heads, known, layout });
    const settled = await settleAll(context, pairs);
    const deleted = await deleteAll(context, settled.removed);
    if (!options.dryRun) kept.push(...(await settleSwaps(root)));
    const actions = [...toKept(kept), ...left, ...settled.actions, ...deleted.actions];
    return { actions, unsettled: [...settled.unsettled, ...deleted.unsettled] };
  } finally {
    if (!options.dryRun) {
      await saveKnownFiles(root, name, known);
      await settleSwaps(root);
    }
  }
}

/** Before anything is done: the folder that sync works in is really in here. */
async function openOwnFolder(root: string): Promise<string[]> {
  await makePlace(root, `${OWN_FOLDER}/swaps/any`);
  return settleSwaps(root);
}

interface Settled extends PassResult {
  removed: { pair: Pair; version: number }[];
}

async function settleAll(context: PassContext, pairs: readonly Pair[]): Promise<Settled> {
  const settled: Settled = { actions: [], unsettled: [], removed: [] };
  for (let at = 0; at < pairs.length; at += AT_ONCE) {
    const group = pairs.slice(at, at + AT_ONCE);
    // All of them, so that none is still at work when one has failed.
    const outcomes = await Promise.allSettled(group.map((pair) => settlePair(context, pair)));
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') throw outcome.reason;
      const { action, unsettled, removed } = outcome.value;
      if (action) settled.actions.push(action);
      if (unsettled !== undefined) settled.unsettled.push(unsettled);
      if (removed) settled.removed.push(removed);
    }
  }
  return settled;
}

/** Last, and after another look: a file that was being moved or saved anew is not a file that was removed. */
async function deleteAll(context: PassContext, removed: Settled['removed']): Promise<PassResult> {
  const result: PassResult = { actions: [], unsettled: [] };
  if (removed.length === 0) return result;
  const { root, layout, known } = context;
  const { pairs } = matchSides({
    files: await scanFiles(root, layout.root),
    heads: removed.flatMap(({ pair: { head } }) => head ?? []),
    known,
    layout,
  });
  const stillRemoved = new Set(pairs.filter(({ local }) => local === null).map(({ head }) => head?.id));
  for (const { pair, version } of removed) {
    const gone = stillRemoved.has(pair.head?.id);
    const action = gone ? await deleteDocument(context, pair, version) : null;
    if (action) result.actions.push(action);
    else result.unsettled.push(pair.path);
  }
  return result;
}

/** What a process that died, or an editor, left beside a file. */
function toKept(paths: readonly string[]): Action[] {
  return paths
    .filter((path) => path.includes('~kept-'))
    .map((path) => ({
      action: 'conflict' as const,
      path,
      kind: null,
      key: null,
      documentId: null,
      version: null,
      reason: 'somebody saved the file while it was synced; this is what they saved',
    }));
}
