import { type AppRouter, isLedgerError, type Stepledger } from '@stepledger/client';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { getUntypedClient, type TRPCClient } from '@trpc/client';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { toCallError } from './call-error.ts';
import { toOnceOnlyMutation } from './once-only.ts';
import { toOneWayQuery } from './one-way-pages.ts';
import { openLedger } from './open-ledger.ts';
import { audienceOf, followSession, loadSession, type Session, saveSession } from './session.ts';

const { TRPCProvider, useTRPC } = createTRPCContext<AppRouter>();

/** Every procedure as options of a query or a mutation: `useQuery(trpc.runs.get.queryOptions({ key }))`. */
export { useTRPC };

interface LedgerContext {
  ledger: Stepledger;
  session: Session;
  /** Another key or project: all is read again. */
  changeSession: (change: Partial<Session>) => void;
  /** Whether the server does not accept the session's key, or wants one. */
  isRefused: boolean;
  /** To be told of each failure, as a key may be revoked at any time. */
  noteFailure: (error: unknown) => void;
}
const Context = createContext<LedgerContext | null>(null);

export function useLedger(): LedgerContext {
  const context = use(Context);
  if (context === null) throw new Error('useLedger is used outside of LedgerProvider');
  return context;
}

/**
 * One client for the session, and one cache for those who may see the same. Hooks keep to the cache that they began
 * with: what asks for anything is to be drawn anew, by `audienceOf`, when another comes.
 */
export function LedgerProvider({ children }: { children: ReactNode }) {
  const [session, setSession] = useState(loadSession);
  const [isRefused, setRefused] = useState(false);
  const newest = useRef(session);
  const goOnAs = useCallback((next: Session) => {
    newest.current = next;
    setSession(next);
    setRefused(false);
  }, []);
  const changeSession = useCallback(
    (change: Partial<Session>) => {
      const next = { ...newest.current, ...change };
      saveSession(next);
      goOnAs(next);
    },
    [goOnAs],
  );
  // A key that is given or forgotten in one tab is so in all.
  useEffect(() => followSession(goOnAs), [goOnAs]);
  const noteFailure = useCallback(
    (error: unknown) => {
      const failed = toCallError(error);
      if (isLedgerError(failed, 'UNAUTHENTICATED')) setRefused(true);
      // Chosen with a key that could see it: with this one every call is refused, also what offers other projects.
      const isOfProject = isLedgerError(failed, 'NOT_FOUND') && failed.details.type === 'project';
      if (isOfProject && failed.details.id === newest.current.project) changeSession({ project: null });
    },
    [changeSession],
  );
  const audience = audienceOf(session);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another audience has a cache of its own.
  const queryClient = useMemo(() => openCache(noteFailure), [noteFailure, audience]);
  const ledger = useMemo(() => openLedger(session), [session]);
  const trpcClient = useMemo(() => toPageClient(ledger), [ledger]);
  const readBy = useRef({ session, queryClient });
  useEffect(() => {
    const before = readBy.current;
    readBy.current = { session, queryClient };
    if (before.queryClient !== queryClient) before.queryClient.clear();
    // Who signs in again goes on with the page as it was.
    else if (before.session !== session) void askAgain(queryClient);
  }, [session, queryClient]);
  const context: LedgerContext = {
    ledger,
    session,
    changeSession,
    isRefused,
    noteFailure,
  };
  return (
    <Context value={context}>
      <QueryClientProvider client={queryClient}>
        <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
          {children}
        </TRPCProvider>
      </QueryClientProvider>
    </Context>
  );
}

function openCache(onError: (error: unknown) => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        onError(error);
        // The next key of the same project may be for less: what it is refused does not stay to be looked at.
        if (isLedgerError(toCallError(error), 'FORBIDDEN')) query.setState({ data: undefined });
      },
    }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      // The client repeats what may help; what it gives up is shown. Live entries say what has changed.
      queries: { retry: false, staleTime: 60_000, refetchOnWindowFocus: false, networkMode: 'always' },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}

/** Asks all anew. What was on its way for the session before is not waited for: it may be refused. */
async function askAgain(queryClient: QueryClient): Promise<void> {
  await queryClient.cancelQueries();
  await queryClient.invalidateQueries();
}

/** The client of the library's hooks: the ledger's own, but for how lists and repeated writes are asked for. */
function toPageClient({ trpc }: Stepledger): TRPCClient<AppRouter> {
  const untyped = getUntypedClient(trpc);
  // The library takes either of the two kinds of client, of which its types know one.
  return Object.create(untyped, {
    query: { value: toOneWayQuery(untyped) },
    mutation: { value: toOnceOnlyMutation(untyped) },
  }) as TRPCClient<AppRouter>;
}
