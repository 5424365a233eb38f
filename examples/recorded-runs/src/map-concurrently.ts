/** Calls that wait at once: enough to keep a server busy, and the client sends those of one moment together. */
const CONCURRENCY = 8;

/** Maps with several calls at a time; the results stand in the order of the items. Stops at the first failure. */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  map: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const pending = items.entries();
  let failed = false;
  const work = async () => {
    for (const [index, item] of pending) {
      if (failed) return;
      try {
        results[index] = await map(item, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return results;
}
