/** How long what is no longer looked at stays in memory: large texts must not pile up. */
const KEPT_MS = 30_000;

/**
 * The options of a query whose answer never changes, such as the text of a version: it is read once, and not again
 * whenever an entry names the same thing.
 *
 * It goes by a name of its own, in which those that renew what an entry touches do not look for ids.
 */
export function unchanging<Options extends { queryKey: readonly unknown[] }>(options: Options): Options {
  return {
    ...options,
    queryKey: ['unchanging', options.queryKey],
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: KEPT_MS,
  };
}
