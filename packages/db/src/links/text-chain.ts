import type { BlobEncoding, Document } from '@stepledger/contract';

/** A version of a document that made, or brought back, a text. */
export interface VersionRow {
  version: number;
  change: Document['change'];
  sha256: Buffer | null;
  encoding: BlobEncoding | null;
  size: number | null;
}

/** A text that a document had, with the version that wrote it. */
export interface ChainLink extends VersionRow {
  /** Purged versions between this text and the one before it in the chain. */
  readonly purgedBefore: number[];
}

/**
 * The texts that led to the first of the versions, newest first.
 *
 * What was restored leads on to the version that wrote it, past all that stood in between; a version that saved the
 * same text again wrote nothing of it.
 *
 * @param rows newest first.
 */
export function toTextChain(rows: readonly VersionRow[]): ChainLink[] {
  const chain: ChainLink[] = [];
  for (let index = 0; index < rows.length; ) {
    const writer = findWriter(rows, index);
    const row = rows[writer];
    if (!row) break;
    const purgedBefore: number[] = [];
    let next = writer + 1;
    for (; rows[next] && !rows[next]?.sha256; next++) purgedBefore.push(rows[next]?.version ?? 0);
    const before = rows[next];
    if (!before || !hasSameText(before, row)) chain.push({ ...row, purgedBefore });
    index = next;
  }
  return chain;
}

function findWriter(rows: readonly VersionRow[], index: number): number {
  const row = rows[index];
  if (!row || wroteText(row)) return index;
  const writer = rows.findIndex((other, at) => at > index && wroteText(other) && hasSameText(other, row));
  return writer === -1 ? index : writer;
}

function wroteText({ change }: VersionRow): boolean {
  return change === 'create' || change === 'text';
}

function hasSameText(a: VersionRow, b: VersionRow): boolean {
  return a.sha256 !== null && b.sha256 !== null && a.sha256.equals(b.sha256) && a.encoding === b.encoding;
}
