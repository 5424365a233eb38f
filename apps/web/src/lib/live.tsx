import type { LiveEntry } from '@stepledger/client';
import { type Query, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect, useMemo, useRef, useState } from 'react';
import { useLedger } from './ledger.tsx';
import { isUnchanging } from './unchanging.ts';

/** `live`: what happens is on the page at once; `offline`: the connection is lost and is being made again. */
export type LiveStatus = 'connecting' | 'live' | 'offline';

interface LiveContext {
  status: LiveStatus;
  /** Calls the listener with each entry as it comes; answers how to end that. */
  listen: (listener: (entry: LiveEntry) => void) => () => void;
}
const Context = createContext<LiveContext | null>(null);

/** Entries that come together renew the page once. */
const GATHER_MS = 150;
/** How long the next renewal waits for the one before: an answer may hang where the server has gone. */
const RENEW_MS = 3_000;
/** How often it is checked that the server is still there. */
const CHECK_MS = 5_000;

/** Procedures that answer across runs, or count: any entry may change what they say. */
const ACROSS_RUNS = new Set([
  'runs.list',
  'runs.overview',
  'runs.work',
  'runs.compare',
  'system.stats',
  'stats.exchanges',
  'prompts.usage',
  'prompts.uses',
]);

export function useLive(): LiveContext {
  const context = use(Context);
  if (context === null) throw new Error('useLive is used outside of LiveProvider');
  return context;
}

/** Listens to each entry for as long as the component is there. */
export function useLiveEntries(listener: (entry: LiveEntry) => void): void {
  const { listen } = useLive();
  const newest = useRef(listener);
  useEffect(() => {
    newest.current = listener;
  });
  useEffect(() => listen((entry) => newest.current(entry)), [listen]);
}

/**
 * Follows the project's entries and renews what they touch: one subscription for the whole page, gapless over lost
 * connections and restarts of the server.
 */
export function LiveProvider({ children }: { children: ReactNode }) {
  const { ledger } = useLedger();
  const queryClient = useQueryClient();
  const [status, setStatus] = useState<LiveStatus>('connecting');
  const listeners = useRef(new Set<(entry: LiveEntry) => void>());

  useEffect(() => {
    const stop = new AbortController();
    let gathered: LiveEntry[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const renew = async () => {
      const touched = idsOf(gathered);
      gathered = [];
      // The next waits for it: entries that keep coming must not cut off each answer before it is there.
      const renewed = queryClient.invalidateQueries({ predicate: (query) => isTouched(query, touched) });
      await Promise.race([renewed, new Promise((resolve) => setTimeout(resolve, RENEW_MS))]);
      timer = undefined;
      if (gathered.length > 0 && !stop.signal.aborted) plan();
    };
    const plan = () => {
      timer ??= setTimeout(() => void renew(), GATHER_MS);
    };
    const follow = async () => {
      for await (const entry of ledger.entries.subscribe({ fromNow: true }, { signal: stop.signal })) {
        for (const listener of listeners.current) listener(entry);
        gathered.push(entry);
        plan();
      }
    };
    follow().catch(() => {
      // Only what trying again cannot help ends a subscription: the page says that it is no longer live.
      if (!stop.signal.aborted) setStatus('offline');
    });
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [ledger, queryClient]);

  useEffect(() => {
    const stop = new AbortController();
    const check = async () => {
      try {
        await ledger.system.health({}, { signal: stop.signal, timeoutMs: CHECK_MS });
        setStatus('live');
      } catch {
        // That it failed is all there is to know: it is shown, and asked again.
        if (!stop.signal.aborted) setStatus('offline');
      }
    };
    void check();
    const timer = setInterval(() => void check(), CHECK_MS);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, [ledger]);

  const context = useMemo<LiveContext>(
    () => ({
      status,
      listen: (listener) => {
        listeners.current.add(listener);
        return () => void listeners.current.delete(listener);
      },
    }),
    [status],
  );
  return <Context value={context}>{children}</Context>;
}

function idsOf(entries: readonly LiveEntry[]): Set<string> {
  return new Set(entries.flatMap(({ runId, changes }) => [runId, ...changes.map(({ id }) => id)]));
}

/** Whether an answer may be another now: it is across runs, or its question names one of these ids. */
function isTouched(query: Query, ids: ReadonlySet<string>): boolean {
  if (isUnchanging(query)) return false;
  const { queryKey } = query;
  const [path, options] = queryKey as [readonly string[], { input?: unknown } | undefined];
  if (Array.isArray(path) && ACROSS_RUNS.has(path.join('.'))) return true;
  return namesOneOf(options?.input, ids);
}

function namesOneOf(value: unknown, ids: ReadonlySet<string>): boolean {
  if (typeof value === 'string') return ids.has(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((member) => namesOneOf(member, ids));
}
