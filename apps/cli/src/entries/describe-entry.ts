import type { Change, ChangeDetail, Entry } from '@stepledger/client';
import { visibleLine } from '../output/visible.ts';
import { formatDocumentRef, formatStepRef } from '../refs/parse-refs.ts';

export interface DescribedEntry {
  /** What was done, in words for a terminal. */
  words: string;
  /** Why it went wrong, in one line; null where nothing did or nobody said why. */
  error: string | null;
  failed: boolean;
}

/** Changes that are told of one entry; the others are counted. */
const MAX_TOLD = 8;
const MAX_ERROR_LENGTH = 200;

/** Says what an entry, read with details, did: `design@3 saved, draft [design_step]`. Stored names are made visible. */
export function describeEntry({ changes }: Entry): DescribedEntry {
  const told = changes.slice(0, MAX_TOLD).map(describeChange);
  if (changes.length > MAX_TOLD) told.push(`and ${(changes.length - MAX_TOLD).toLocaleString('en')} more`);
  const steps = new Set(changes.flatMap(stepOf));
  const where = steps.size === 0 ? '' : ` [${[...steps].map(visibleLine).join(', ')}]`;
  const error = changes.map(({ detail }) => detail?.error ?? null).find((text) => text !== null);
  return {
    words: `${told.join(', ')}${where}`,
    error: error === undefined ? null : toLine(error),
    failed: changes.some(hasFailed),
  };
}

/** Whether this change says that something went wrong; of a whole exchange only its detail says it. */
export function hasFailed({ what, change, detail }: Change): boolean {
  if (what === 'run' || what === 'step') return change === 'fail';
  if (what === 'parse') return change === 'failed';
  if (what !== 'exchange') return false;
  return change === 'fail' || (change === 'record' && detail?.status === 'failed');
}

function describeChange(change: Change): string {
  const { what, detail } = change;
  const word = wordOf(change);
  if (what === 'document' || what === 'claim' || what === 'link') {
    const status = what === 'document' && detail?.status ? `, ${visibleLine(detail.status)}` : '';
    return `${documentOf(change, detail)} ${word}${status}`;
  }
  return `${what} ${word}`;
}

/** What was done, in one word or a few. */
export function wordOf(change: Change): string {
  if (change.what === 'exchange' && hasFailed(change)) return 'failed';
  return WORDS[change.what]?.[change.change] ?? change.change.replaceAll('_', ' ');
}

function documentOf({ id, version }: Change, detail: ChangeDetail | undefined): string {
  const name = detail?.document ? visibleLine(formatDocumentRef(detail.document)) : id;
  return version === undefined ? name : `${name}@${version}`;
}

function stepOf({ detail }: Change): string[] {
  return detail?.step ? [formatStepRef(detail.step)] : [];
}

function toLine(error: string): string {
  const line = error.trim().split('\n', 1)[0] ?? '';
  return visibleLine(line.length > MAX_ERROR_LENGTH ? `${line.slice(0, MAX_ERROR_LENGTH)}…` : line);
}

/** Where the ledger's own word for a change is not the one that people use. */
const WORDS: Record<string, Record<string, string>> = {
  run: {
    start: 'started',
    update: 'updated',
    complete: 'completed',
    fail: 'failed',
    cancel: 'cancelled',
    resume: 'taken up again',
    fork: 'forked',
  },
  step: { start: 'started', complete: 'completed', fail: 'failed' },
  exchange: {
    open: 'opened',
    record: 'recorded',
    complete: 'completed',
    fail: 'failed',
    purge: 'purged',
  },
  parse: { completed: 'succeeded', failed: 'failed' },
  document: {
    create: 'created',
    text: 'saved',
    attributes: 'relabelled',
    restore: 'restored',
    delete: 'deleted',
    purge: 'purged',
  },
  link: { add: 'linked', remove: 'unlinked', accept: 'accepted' },
  claim: { claim: 'claimed', take_over: 'taken over', release: 'released' },
};
