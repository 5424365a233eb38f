import type { ContextRef, VersionRef } from '@stepledger/contract';

/** A version of a document that something builds on: by its ids, or a handle at the version that it holds. */
export type UsedDocument = VersionRef | { ref: VersionRef };

export function toVersionRef(used: UsedDocument): VersionRef {
  return 'ref' in used ? used.ref : used;
}

/** What is stored of a context with an exchange, and the versions that the exchange then used. */
export interface UsedContext {
  context?: ContextRef;
  uses?: VersionRef[];
}

/**
 * The fields of an exchange whose messages were built with a context: its manifest, and its documents among `uses`, so
 * that lineage and memo key follow. A version that is named twice stands once.
 */
export function toUsedContext(
  context: ContextRef | undefined,
  uses: readonly UsedDocument[] | undefined,
): UsedContext {
  const named = uses?.map(toVersionRef);
  if (context === undefined) return named === undefined ? {} : { uses: named };
  const shown = context.manifest.documents
    .filter((document) => document.shown !== 'none')
    .map(({ documentId, version }) => ({ documentId, version }));
  const all = [...(named ?? []), ...shown];
  const distinct = new Map(all.map((ref) => [`${ref.documentId}@${ref.version}`, ref]));
  return { context: toContextRef(context), uses: [...distinct.values()] };
}

/** What is stored of a built context, which has its texts beside it. */
export function toContextRef<Context extends Partial<ContextRef>>({ hash, manifest }: Context) {
  return { hash, manifest } as Pick<Context, 'hash' | 'manifest'>;
}
