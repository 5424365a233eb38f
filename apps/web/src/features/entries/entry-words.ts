import type { Change, Entry } from '@stepledger/client';
import { formatDocument, formatStep } from '../../lib/format.ts';

/** Changes that are told of one entry; the others are counted. */
const MAX_TOLD = 8;
const MAX_ERROR_LENGTH = 300;

export interface EntryWords {
  /** What was done: `design v3 saved, draft`. Stored names are in it, to be shown as any stored text. */
  words: string;
  /** The steps in which it was done. */
  steps: readonly string[];
  /** Why it went wrong; null where nothing did or nobody said why. */
  error: string | null;
  failed: boolean;
}

/** Says what an entry did, best of one that was read with details. */
export function toEntryWords({ changes }: Entry): EntryWords {
  const told = changes.slice(0, MAX_TOLD).map(describeChange);
  if (changes.length > MAX_TOLD) told.push(`and ${changes.length - MAX_TOLD} more`);
  const steps = changes.flatMap(({ detail }) => (detail?.step ? [formatStep(detail.step)] : []));
  const error = changes.map(({ detail }) => detail?.error ?? null).find((text) => text !== null) ?? null;
  return {
    words: told.join(', '),
    steps: [...new Set(steps)],
    error: error === null ? null : error.slice(0, MAX_ERROR_LENGTH),
    failed: changes.some(hasFailed),
  };
}

/** Whether a change says that something went wrong; of a whole exchange only its detail says it. */
function hasFailed({ what, change, detail }: Change): boolean {
  if (what === 'run' || what === 'step') return change === 'fail';
  if (what === 'parse') return change === 'failed';
  if (what !== 'exchange') return false;
  return change === 'fail' || (change === 'record' && detail?.status === 'failed');
}

function describeChange(change: Change): string {
  const { what, id, version, detail } = change;
  if (what !== 'document' && what !== 'claim' && what !== 'link') return `${what} ${wordOf(change)}`;
  const name = detail?.document ? formatDocument(detail.document) : `${what} ${id.slice(0, 8)}`;
  const numbered = version === undefined ? name : `${name} v${version}`;
  const status = what === 'document' && detail?.status ? `, ${detail.status}` : '';
  return `${numbered} ${wordOf(change)}${status}`;
}

function wordOf(change: Change): string {
  if (change.what === 'exchange' && hasFailed(change)) return 'failed';
  return WORDS[change.what]?.[change.change] ?? change.change.replaceAll('_', ' ');
}

/** Where the ledger's own word for a change is not the one that people use. */
const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
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
