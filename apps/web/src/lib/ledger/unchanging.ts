import type { Query } from '@tanstack/react-query';

/** How long what is no longer looked at stays in memory: large texts must not pile up. */
const KEPT_MS = 30_000;

/**
 * The options of a query whose answer never changes, such as the text of a version: it is read once, and not again
 * whenever an entry names the same thing.
 */
export function unchanging<Options extends object>(options: Options) {
  return {
    ...options,
    meta: { unchanging: true },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: KEPT_MS,
  };
}

export function isUnchanging({ meta }: Query): boolean {
  return meta?.['unchanging'] === true;
}
