import type { ContextRef, VersionRef } from '@stepledger/contract';

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
  uses: readonly VersionRef[] | undefined,
): UsedContext {
  if (context === undefined) return uses === undefined ? {} : { uses: [...uses] };
  const shown = context.manifest.documents
    .filter((document) => document.shown !== 'none')
    .map(({ documentId, version }) => ({ documentId, version }));
  const all = [...(uses ?? []), ...shown];
  const distinct = new Map(all.map((ref) => [`${ref.documentId}@${ref.version}`, ref]));
  return { context: toContextRef(context), uses: [...distinct.values()] };
}

/** What is stored of a built context, which has its texts beside it. */
export function toContextRef<Context extends Partial<ContextRef>>({ hash, manifest }: Context) {
  return { hash, manifest } as Pick<Context, 'hash' | 'manifest'>;
}
