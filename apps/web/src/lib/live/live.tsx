import type { LiveEntry } from '@stepledger/client';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect, useMemo, useRef, useState } from 'react';
import { useLedger } from '../ledger/ledger.tsx';
import { followEntries } from './follow-entries.ts';
import { createRenewal, hadNoAnswer, isUnsettled, renewEarly } from './renewal.ts';

/** `live`: what happens is on the page at once; `offline`: the connection is lost and is being made again. */
export type LiveStatus = 'connecting' | 'live' | 'offline';

/** How often it is checked that server and database are well. */
const CHECK_MS = 5_000;

interface LiveContext {
  status: LiveStatus;
  /** Calls the listener with each entry as it comes; answers how to end that. */
  listen: (listener: (entry: LiveEntry) => void) => () => void;
}
const Context = createContext<LiveContext | null>(null);

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
  // Two facts of their own: either may hold without the other, and is null until it is known.
  const [isFollowing, setFollowing] = useState<boolean | null>(null);
  const [isWell, setWell] = useState<boolean | null>(null);
  const status = toStatus(isFollowing, isWell);
  const listeners = useRef(new Set<(entry: LiveEntry) => void>());

  useEffect(() => {
    const stop = new AbortController();
    const renewal = createRenewal(queryClient);
    void followEntries({
      ledger,
      signal: stop.signal,
      onEntry: (entry) => {
        for (const listener of listeners.current) listener(entry);
        renewal.add(entry);
      },
      onConnected: (which) => {
        setFollowing(true);
        if (which === 'first') renewEarly(queryClient);
        else void queryClient.invalidateQueries({ predicate: isUnsettled });
      },
      onLost: (error) => {
        setFollowing(false);
        noteFailure(error);
      },
    });
    return () => {
      stop.abort();
      renewal.stop();
    };
  }, [ledger, queryClient, noteFailure]);

  useEffect(() => {
    const stop = new AbortController();
    const check = async () => {
      try {
        const { database } = await ledger.system.health({}, { signal: stop.signal, timeoutMs: CHECK_MS });
        setWell(database.reachable);
        if (!database.reachable) return;
        const missing = { type: 'active', predicate: hadNoAnswer } as const;
        void queryClient.refetchQueries(missing, { cancelRefetch: false });
      } catch (error) {
        if (stop.signal.aborted) return;
        setWell(false);
        noteFailure(error);
      }
    };
    const checkNow = () => void check();
    const goOffline = () => setWell(false);
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

function toStatus(isFollowing: boolean | null, isWell: boolean | null): LiveStatus {
  if (isFollowing === false || isWell === false) return 'offline';
  return isFollowing && isWell ? 'live' : 'connecting';
}
