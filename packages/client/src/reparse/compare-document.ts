import { createTwoFilesPatch } from 'diff';
import type { CallOptions, Features } from '../calls/features.ts';
import type { ParsedDocument } from '../durable/parse-answer.ts';
import { isLedgerError } from '../errors/stepledger-error.ts';

/** A document that a parser found, beside the one that is stored. */
export interface DocumentComparison {
  kind: string;
  key: string;
  /**
   * `create`: there is none yet. `text`: its text changes. `none`: it is the same. `kept`: it differs, but its newest
   * version is not of this exchange; a person or a later answer wrote it, or it was deleted or purged.
   */
  change: 'create' | 'text' | 'none' | 'kept';
  /** The newest version that is stored; null when there is none. */
  version: number | null;
  /** What changes, as a unified diff; null where nothing does, or where both differ too much to be compared. */
  patch: string | null;
}

/** The longest that one comparison may take; beyond it the texts count as too different. */
const MAX_DIFF_MS = 1_000;

export async function compareDocument(
  features: Features,
  { runId, exchangeId, document }: { runId: string; exchangeId: string; document: ParsedDocument },
  options: CallOptions,
): Promise<DocumentComparison> {
  const { kind, key = kind, text } = document;
  const head = await features.documents
    .get({ runId, kind, key, includeDeleted: true }, options)
    .catch((error: unknown) => {
      if (isLedgerError(error, 'NOT_FOUND')) return null;
      throw error;
    });
  const named = { kind, key, version: head?.headVersion ?? null };
  if (head === null) return { ...named, change: 'create', patch: toPatch({ kind, key }, '', text) };
  if (head.text !== null && head.text === text) return { ...named, change: 'none', patch: null };
  const isOurs = head.exchangeId === exchangeId && !head.deleted && !head.purged;
  return { ...named, change: isOurs ? 'text' : 'kept', patch: toPatch({ kind, key }, head.text ?? '', text) };
}

function toPatch(
  { kind, key }: { kind: string; key: string },
  before: string,
  after: ParsedDocument['text'],
): string | null {
  if (typeof after !== 'string') return null;
  const name = `${kind}/${key}`;
  return createTwoFilesPatch(name, name, before, after, 'stored', 'parsed', { timeout: MAX_DIFF_MS }) ?? null;
}
