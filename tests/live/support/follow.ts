import type { LiveEntry } from '@stepledger/client';

/** The next so many entries; more are not asked for, and the subscription stays open. */
export async function take(entries: AsyncIterator<LiveEntry>, count: number): Promise<LiveEntry[]> {
  const taken: LiveEntry[] = [];
  while (taken.length < count) {
    const { done, value } = await entries.next();
    if (done) throw new Error(`The subscription ended after ${taken.length} entries`);
    taken.push(value);
  }
  return taken;
}

export function follow(entries: AsyncIterable<LiveEntry>): AsyncIterator<LiveEntry> & AsyncDisposable {
  const iterator = entries[Symbol.asyncIterator]();
  return {
    next: () => iterator.next(),
    [Symbol.asyncDispose]: async () => void (await iterator.return?.()),
  };
}
