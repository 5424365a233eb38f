import { type Change, type ChangeDetail, changeFailed, changeWord, type Entry } from '@stepledger/client';
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
    failed: changes.some(changeFailed),
  };
}

function describeChange(change: Change): string {
  const { what, detail } = change;
  const word = changeWord(change);
  if (what === 'document' || what === 'claim' || what === 'link') {
    const status = what === 'document' && detail?.status ? `, ${visibleLine(detail.status)}` : '';
    return `${documentOf(change, detail)} ${word}${status}`;
  }
  return `${what} ${word}`;
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
