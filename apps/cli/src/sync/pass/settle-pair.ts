import path from 'node:path';
import { isLedgerError } from '@stepledger/client';
import { isPlainText } from '@stepledger/contract';
import { CliError } from '../../shell/cli-error.ts';
import { EXIT, exitCodeOf } from '../../shell/exit-codes.ts';
import { noteKnown } from '../files/known-files.ts';
import { sha256 } from '../files/paths.ts';
import { readWholeFile } from '../files/read-file.ts';
import { swapFile } from '../files/swap-file.ts';
import { wasOvertaken } from '../ledger/run-documents.ts';
import { type Decision, decide, type FileState, type Save, type VersionState } from '../plan/decide.ts';
import { changeFile, formatFile } from '../text/file-text.ts';
import { FrontMatterError } from '../text/front-matter.ts';
import type { Action, ActionName } from './actions.ts';
import { toLocalState } from './local-file.ts';
import type { Pair } from './match.ts';
import type { PassContext } from './sync-pass.ts';

export interface Outcome {
  /** Undefined when there was nothing to do. */
  action?: Action;
  /** The file, when somebody was at it meanwhile. */
  unsettled?: string;
  /** The document is to be deleted once all else is done. */
  removed?: { pair: Pair; version: number };
}

/** Times that a document is read again because others save it as well. */
const MAX_TURNS = 10;

/** Brings one document and its file together. */
export async function settlePair(context: PassContext, pair: Pair): Promise<Outcome> {
  let current = pair;
  try {
    for (let turn = 1; turn <= MAX_TURNS; turn += 1) {
      try {
        return await settleOnce(context, current);
      } catch (error) {
        if (!wasOvertaken(error)) throw error;
        current = await readAgain(context, current);
      }
    }
    return { action: toAction('changing', current, { reason: 'others keep saving it; sync again' }) };
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === null) throw error;
    return { action: toAction('refused', current, { reason }) };
  }
}

async function readAgain({ documents }: PassContext, pair: Pair): Promise<Pair> {
  const head = pair.head ? await documents.head(pair.head.id) : await documents.find(pair.name);
  return { ...pair, head };
}

/** What one file or document cannot be synced for; null when it is not about this one. */
function reasonOf(error: unknown): string | null {
  if (error instanceof FrontMatterError || error instanceof CliError) return error.message;
  if (isLedgerError(error)) return exitCodeOf(error.code) === EXIT.usage ? error.message : null;
  const isOfSystem = error instanceof Error && 'code' in error && 'syscall' in error;
  return isOfSystem ? error.message : null;
}

async function settleOnce(context: PassContext, pair: Pair): Promise<Outcome> {
  if (isTheSame(pair)) {
    remember(context, pair, pair.local?.names?.version);
    return {};
  }
  const read = await readVersions(context, pair);
  if ('refused' in read) return { action: toAction('refused', pair, { reason: read.refused }) };
  const local = pair.local && toLocalState(pair.local);
  const { known } = pair;
  return carryOut(context, pair, decide({ ...read, local, known, options: context.options }));
}

/** Whether the file has the text and attributes of the head, by its hash. */
function isTheSame({ local, head }: Pair): boolean {
  if (!local || !head || head.deleted || local.names?.version !== head.version || !local.file.values.id)
    return false;
  const { waits, attributes } = toLocalState(local);
  const same = (['title', 'status', 'step'] as const).every((name) => {
    return (attributes[name] ?? null) === head.attributes[name];
  });
  return same && !waits && head.sha256 === sha256(local.file.text);
}

interface Versions {
  base: VersionState | null;
  head: VersionState | null;
}

async function readVersions(context: PassContext, pair: Pair): Promise<Versions | { refused: string }> {
  const { head, local } = pair;
  if (head === null) return { base: null, head: null };
  const { documents } = context;
  const newest: VersionState | null = head.deleted
    ? { version: head.version, text: null, attributes: head.attributes }
    : await documents.version(head.id, head.version);
  const from = local && (local.names?.version ?? (await findBase(context, pair)));
  const base = from === head.version || from === null ? newest : await documents.version(head.id, from);
  if (newest === null || (from !== null && base === null)) {
    return {
      refused:
        'the text of its version in the run was purged; remove the file, or take `id` and `version` out',
    };
  }
  if (newest.text !== null && !isPlainText(newest.text)) {
    return {
      refused: 'its text in the run holds NUL or half a character, which a Markdown file cannot hold',
    };
  }
  return { base: from === null ? null : base, head: newest };
}

/** The version that a file without front matter was made from: the one that has its text. */
async function findBase({ documents }: PassContext, { head, local }: Pair): Promise<number | null> {
  if (!head || head.deleted || !local) return null;
  return documents.findText(head.id, sha256(local.file.text));
}

async function carryOut(context: PassContext, pair: Pair, decision: Decision): Promise<Outcome> {
  const { dryRun } = context.options;
  switch (decision.do) {
    case 'nothing':
      remember(context, pair, pair.local?.names?.version);
      return {};
    case 'report':
      return { action: toAction(decision.action, pair, decision) };
    case 'write': {
      const done = dryRun || (await writeFile(context, pair, decision.file));
      return done ? { action: toAction(decision.action, pair, decision.file) } : { unsettled: pair.path };
    }
    case 'conflict': {
      const { file, reason } = decision;
      const done = dryRun || file === null || (await writeFile(context, pair, file, { isStored: false }));
      const version = file?.version ?? pair.head?.version ?? null;
      return {
        action: toAction('conflict', pair, { reason, version }),
        ...(!done && { unsettled: pair.path }),
      };
    }
    case 'save':
      return dryRun ? { action: toAction(decision.action, pair, {}) } : save(context, pair, decision);
    case 'delete-file': {
      const done = dryRun || (await deleteFile(context, pair));
      return done ? { action: toAction('delete-file', pair, {}) } : { unsettled: pair.path };
    }
    case 'delete-document':
      return dryRun
        ? { action: toAction('delete-document', pair, {}) }
        : { removed: { pair, version: decision.version } };
  }
}

async function save(
  context: PassContext,
  pair: Pair,
  { save, file, action }: Decision & { do: 'save' },
): Promise<Outcome> {
  const { documents, moment } = context;
  // What cannot be written is found out before anything is saved.
  toBytes(pair, { ...file, version: save.expectedVersion + 1 });
  if (!(await isStillThere(context, pair))) return { unsettled: pair.path };
  await moment('saving', pair.path);
  const saved = await store(documents, pair, save);
  await moment('saved', pair.path);
  const written: FileState = { ...file, version: saved.version };
  const now = { ...pair, head: pair.head ?? { ...pair.name, id: saved.id } };
  const done = await writeFile(context, now, written, { documentId: saved.id });
  // A new file that was edited meanwhile still has no front matter: this is what it was made from.
  if (!done && action === 'create') noteWritten(context, pair, { id: saved.id, file: written });
  return {
    action: { ...toAction(action, pair, written), documentId: saved.id },
    ...(!done && { unsettled: pair.path }),
  };
}

async function store(documents: PassContext['documents'], { head, name }: Pair, save: Save) {
  if (head === null || head.deleted) return documents.create(name, save);
  return { id: head.id, version: await documents.save(head.id, save) };
}

async function writeFile(
  context: PassContext,
  pair: Pick<Pair, 'path' | 'local'> & { head: { id: string } | null },
  file: FileState,
  {
    documentId = pair.head?.id,
    isStored = true,
  }: { documentId?: string | undefined; isStored?: boolean } = {},
): Promise<boolean> {
  const { root, moment } = context;
  const content = toBytes(pair, file, documentId);
  const expected = pair.local?.bytes ?? null;
  const swapped = await swapFile({ root, path: pair.path, expected, content, isStored, moment });
  if (swapped !== 'done') return false;
  if (documentId !== undefined) noteWritten(context, pair, { id: documentId, file });
  return true;
}

function noteWritten(
  { known }: PassContext,
  { path, local }: Pick<Pair, 'path' | 'local'>,
  { id, file: { text, version } }: { id: string; file: FileState },
): void {
  if (version === null) return;
  const wasBare = local?.file.values.id === undefined && local?.file.text === text;
  noteKnown(known, id, { path, version, ...(wasBare && { bareVersion: version }) });
}

function toBytes(
  { local, head }: { local: Pair['local']; head: { id: string } | null },
  { text, version, attributes, conflict }: FileState,
  id = head?.id,
): Buffer {
  const values = { id, ...attributes, conflict, ...(version !== null && { version }) };
  return formatFile(changeFile(local?.file ?? null, text, values));
}

async function deleteFile(
  { root, moment, known }: PassContext,
  { path, local, head }: Pair,
): Promise<boolean> {
  const swapped = await swapFile({
    root,
    path,
    expected: local?.bytes ?? null,
    content: null,
    isStored: true,
    moment,
  });
  if (swapped === 'done' && head) known.delete(head.id);
  return swapped === 'done';
}

/** Deletes a document whose file was removed here; null when somebody saved it meanwhile. */
export async function deleteDocument(
  { documents, known, moment }: PassContext,
  pair: Pair,
  version: number,
): Promise<Action | null> {
  if (pair.head === null) return null;
  try {
    await moment('deleting', pair.path);
    await documents.delete(pair.head.id, version);
  } catch (error) {
    if (wasOvertaken(error)) return null;
    throw error;
  }
  known.delete(pair.head.id);
  return toAction('delete-document', pair, { version: version + 1 });
}

/** Whether the file is still what was read, so that nobody's half of a save becomes a version. */
async function isStillThere({ root }: PassContext, { path: relative, local }: Pair): Promise<boolean> {
  const now = await readWholeFile(path.join(root, relative));
  return Buffer.isBuffer(now) && local !== null && now.equals(local.bytes);
}

function remember({ known }: PassContext, { head, path, local }: Pair, version: number | undefined): void {
  if (head && local && version !== undefined) noteKnown(known, head.id, { path, version });
}

function toAction(
  action: ActionName,
  { path, name, head }: Pair,
  { reason = null, version = head?.version ?? null }: { reason?: string | null; version?: number | null },
): Action {
  const { kind, key } = name;
  return { action, path, kind, key, documentId: head?.id ?? null, version, reason };
}
