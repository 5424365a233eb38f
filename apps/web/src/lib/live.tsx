import type { ConnectionEvent, LiveEntry, StepledgerErrorCode } from '@stepledger/client';
import { type Query, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect, useMemo, useRef, useState } from 'react';
import { toError, useLedger } from './ledger.tsx';
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
  const { ledger, noteFailure } = useLedger();
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
    /** Whether entries may have come that nobody told of: what was read before may be another now. */
    let hasGap = false;
    const follow = async () => {
      const watch = {
        signal: stop.signal,
        onConnection: ({ state }: ConnectionEvent) => {
          if (state === 'lost' || !hasGap) return;
          hasGap = false;
          void queryClient.invalidateQueries({ predicate: (query) => !isUnchanging(query) });
        },
      };
      for await (const entry of ledger.entries.subscribe({ fromNow: true }, watch)) {
        for (const listener of listeners.current) listener(entry);
        gathered.push(entry);
        plan();
      }
    };
    let again: ReturnType<typeof setTimeout> | undefined;
    const keepFollowing = () => {
      follow().catch((error: unknown) => {
        if (stop.signal.aborted) return;
        // It never began, or was refused: another begins where that one is then.
        hasGap = true;
        noteFailure(error);
        again = setTimeout(keepFollowing, CHECK_MS);
      });
    };
    keepFollowing();
    return () => {
      stop.abort();
      clearTimeout(timer);
      clearTimeout(again);
    };
  }, [ledger, queryClient, noteFailure]);

  useEffect(() => {
    const stop = new AbortController();
    const check = async () => {
      try {
        const { database } = await ledger.system.health({}, { signal: stop.signal, timeoutMs: CHECK_MS });
        setStatus(database.reachable ? 'live' : 'offline');
        if (!database.reachable) return;
        const missing = { type: 'active', predicate: hadNoAnswer } as const;
        void queryClient.refetchQueries(missing, { cancelRefetch: false });
      } catch (error) {
        if (stop.signal.aborted) return;
        setStatus('offline');
        noteFailure(error);
      }
    };
    const checkNow = () => void check();
    const goOffline = () => setStatus('offline');
    checkNow();
    const timer = setInterval(checkNow, CHECK_MS);
    // The browser knows of its own connection first.
    addEventListener('online', checkNow);
    addEventListener('offline', goOffline);
    return () => {
      stop.abort();
      clearInterval(timer);
      removeEventListener('online', checkNow);
      removeEventListener('offline', goOffline);
    };
  }, [ledger, queryClient, noteFailure]);

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

/** Failures without an answer: what failed so is asked for again as soon as the server is well. */
const NO_ANSWER: ReadonlySet<StepledgerErrorCode> = new Set(['UNREACHABLE', 'TIMEOUT', 'UNAVAILABLE']);

function hadNoAnswer({ state: { error } }: Query): boolean {
  return error !== null && NO_ANSWER.has(toError(error).code);
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
