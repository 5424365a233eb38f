import type { Document } from '@stepledger/contract';
import { createTwoFilesPatch } from 'diff';
import stringify from 'safe-stable-stringify';
import type { CallOptions, Features } from '../calls/features.ts';
import type { ParsedDocument } from '../durable/parse-answer.ts';
import { isLedgerError } from '../errors/stepledger-error.ts';

/** A document that a parser found, beside the one that is stored. */
export interface DocumentComparison {
  kind: string;
  key: string;
  /**
   * `create`: there is none yet. `text`: its text changes. `attributes`: only its title, status, tags or metadata do.
   * `none`: it is the same. `kept`: it differs, but its newest version is not of this exchange; a person or a later
   * answer wrote it, or it was deleted or purged.
   */
  change: 'create' | 'text' | 'attributes' | 'none' | 'kept';
  /** The newest version that is stored; null when there is none. */
  version: number | null;
  /** How the text changes, as a unified diff; null where it does not, or where both differ too much to be compared. */
  patch: string | null;
}

/** The longest that one comparison may take; beyond it the texts count as too different. */
const MAX_DIFF_MS = 1_000;

export async function compareDocument(
  features: Features,
  { runId, exchangeId, document }: { runId: string; exchangeId: string; document: ParsedDocument },
  options: CallOptions,
): Promise<DocumentComparison> {
  const { kind, key = kind } = document;
  const name = { kind, key };
  let head: Document;
  try {
    head = await features.documents.get({ runId, ...name, includeDeleted: true }, options);
  } catch (error) {
    if (isLedgerError(error, 'PURGED')) {
      return { ...name, change: 'kept', version: error.details.version, patch: null };
    }
    if (!isLedgerError(error, 'NOT_FOUND')) throw error;
    return { ...name, change: 'create', version: null, patch: toPatch(name, '', document.text) };
  }
  const found = { ...name, version: head.headVersion };
  const isSameText = hasText(head, document.text);
  if (isSameText && hasAttributes(head, document)) return { ...found, change: 'none', patch: null };
  const isOurs = head.exchangeId === exchangeId && !head.deleted;
  const change = isSameText ? 'attributes' : 'text';
  const patch = isSameText ? null : toPatch(name, head.text ?? '', document.text);
  return { ...found, change: isOurs ? change : 'kept', patch };
}

function hasText({ text, content }: Document, parsed: ParsedDocument['text']): boolean {
  return typeof parsed === 'string' ? text === parsed : content?.id === parsed.blob;
}

/** What a parser leaves out stays as it is. */
function hasAttributes(head: Document, parsed: ParsedDocument): boolean {
  const names = ['title', 'status', 'tags', 'metadata'] as const;
  return names.every(
    (name) => parsed[name] === undefined || stringify(parsed[name]) === stringify(head[name]),
  );
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
