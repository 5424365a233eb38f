import type { LiveEntry } from '@stepledger/client';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { useLedger } from '../../lib/ledger/ledger.tsx';
import { useLiveEntries } from '../../lib/live/live.tsx';
import { createEntryReader, entryKey, loadNewestEntries, type ShownEntry } from './live-feed.ts';

/** Entries that are kept, the newest: what is older stands on the page of its run. */
export const MAX_ENTRIES = 1000;

export interface ShownLiveEntry extends ShownEntry {
  /** Whether it came while the page was open. */
  isNew: boolean;
}

interface Feed {
  came: readonly ShownLiveEntry[];
  /** What came during a pause. */
  held: readonly ShownLiveEntry[];
}

/** The project's entries, the newest first: those that were there, then each as it comes; bounded. */
export function useLiveFeed() {
  const { ledger } = useLedger();
  const reader = useMemo(() => createEntryReader(ledger), [ledger]);
  const first = useQuery({
    queryKey: ['live-feed'],
    queryFn: ({ signal }) => loadNewestEntries(ledger, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const [isPaused, setIsPaused] = useState(false);
  const [{ came, held }, setFeed] = useState<Feed>({ came: [], held: [] });
  const [error, setError] = useState<unknown>(null);
  const queue = useRef<LiveEntry[]>([]);
  const isReading = useRef(false);
  const paused = useRef(false);

  const pause = (next: boolean) => {
    paused.current = next;
    setIsPaused(next);
    if (next) return;
    setFeed((feed) => ({ came: join(feed.held, feed.came), held: [] }));
  };

  const drain = async () => {
    if (isReading.current) return;
    isReading.current = true;
    while (queue.current.length > 0) {
      setError(null);
      const entries = queue.current.splice(0);
      const read = await reader.read(entries).catch((failure: unknown) => {
        setError(failure);
        // Without what their ids stand for, but not lost.
        return entries.map((entry) => ({ entry, runKey: entry.runId }));
      });
      const newest = read.map((entry) => ({ ...entry, isNew: true })).reverse();
      const into = paused.current ? 'held' : 'came';
      setFeed((feed) => ({ ...feed, [into]: join(newest, feed[into]) }));
    }
    isReading.current = false;
  };
  useLiveEntries((entry) => {
    queue.current.push(entry);
    // The oldest would be beyond the end of the list.
    if (queue.current.length > MAX_ENTRIES) queue.current.shift();
    void drain();
  });

  const entries = useMemo(
    () =>
      join(
        came,
        (first.data ?? []).map((entry) => ({ ...entry, isNew: false })),
      ),
    [came, first.data],
  );
  return { first, entries, isPaused, pause, held: held.length, error };
}

/** Each once, although the first reading and the feed may tell of the same. */
function join(newer: readonly ShownLiveEntry[], older: readonly ShownLiveEntry[]): readonly ShownLiveEntry[] {
  const known = new Set(newer.map(entryKey));
  return [...newer, ...older.filter((entry) => !known.has(entryKey(entry)))].slice(0, MAX_ENTRIES);
}
