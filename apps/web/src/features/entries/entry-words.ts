import { type Change, changeFailed, changeWord, type Entry } from '@stepledger/client';
import { formatDocument, formatStep } from '../../lib/words/format.ts';

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
    failed: changes.some(changeFailed),
  };
}

function describeChange(change: Change): string {
  const { what, id, version, detail } = change;
  if (what !== 'document' && what !== 'claim' && what !== 'link') return `${what} ${changeWord(change)}`;
  const name = detail?.document ? formatDocument(detail.document) : `${what} ${id.slice(0, 8)}`;
  const numbered = version === undefined ? name : `${name} v${version}`;
  const status = what === 'document' && detail?.status ? `, ${detail.status}` : '';
  return `${numbered} ${changeWord(change)}${status}`;
}
