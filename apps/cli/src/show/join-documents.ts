import type { Document } from '@stepledger/client';
import type { ListedParse, RunItem } from './read-run.ts';

/** A version that a parse made, with what its document is now; null where that was not read. */
export interface MadeDocument {
  kind: string;
  key: string;
  version: number;
  head: Document | null;
}

/** What a person is shown of a run: documents stand below the parse that made them, all others by themselves. */
export type ShownItem =
  | Exclude<RunItem, { type: 'parse' }>
  | { type: 'parse'; revision: number; parse: ListedParse; documents: MadeDocument[] };

/**
 * Hands documents to the parses that made them, and puts those that no parse made where their newest version was
 * written. Only documents with several versions stay in memory.
 */
export async function* joinDocuments(
  items: AsyncIterable<RunItem>,
): AsyncGenerator<ShownItem, void, undefined> {
  const heads = new Map<string, Document>();
  const later = new LaterDocuments();
  for await (const item of items) {
    yield* later.takeBefore(item.revision);
    if (item.type === 'document') {
      const { document } = item;
      if (document.parseId !== null || document.version > 1) heads.set(document.id, document);
      if (document.parseId === null) later.add(document);
    } else if (item.type === 'parse') {
      const documents = item.parse.documents.map(({ documentId, kind, key, version }) => {
        const head = heads.get(documentId) ?? null;
        if (head?.version === version) heads.delete(documentId);
        return { kind, key, version, head };
      });
      yield { ...item, documents };
    } else yield item;
  }
  yield* later.takeBefore(Number.POSITIVE_INFINITY);
}

/** Puts each document where its newest version was written, behind what else that revision has. */
export async function* placeAtHeads(items: AsyncIterable<RunItem>): AsyncGenerator<RunItem, void, undefined> {
  const later = new LaterDocuments();
  for await (const item of items) {
    yield* later.takeBefore(item.revision);
    if (item.type === 'document') later.add(item.document);
    else yield item;
  }
  yield* later.takeBefore(Number.POSITIVE_INFINITY);
}

/** Documents by the revision at which they are to be shown. */
class LaterDocuments {
  readonly #byRevision: Document[] = [];

  add(document: Document): void {
    const place = this.#placeAfter(document.revision);
    this.#byRevision.splice(place, 0, document);
  }

  *takeBefore(revision: number): Generator<Extract<RunItem, { type: 'document' }>, void, undefined> {
    const first = this.#byRevision[0];
    if (first === undefined || first.revision >= revision) return;
    for (const document of this.#byRevision.splice(0, this.#placeAfter(revision - 1))) {
      yield { type: 'document', revision: document.revision, document };
    }
  }

  /** The place behind all that are of this revision or an earlier one. */
  #placeAfter(revision: number): number {
    let [low, high] = [0, this.#byRevision.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#byRevision[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
