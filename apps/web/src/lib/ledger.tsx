import { type AppRouter, createStepledger, type Stepledger, toStepledgerError } from '@stepledger/client';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { getUntypedClient, type TRPCClient } from '@trpc/client';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { toOnceOnlyMutation } from './once-only.ts';
import { toOneWayQuery } from './one-way-pages.ts';
import { loadSession, type Session, saveSession } from './session.ts';

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
 * One client for the session and one cache for the page: hooks keep to the cache that they began with, so that another
 * project empties it rather than bringing its own.
 */
export function LedgerProvider({ children }: { children: ReactNode }) {
  const [session, setSession] = useState(loadSession);
  const [isRefused, setRefused] = useState(false);
  const noteFailure = useCallback((error: unknown) => {
    if (toError(error).code === 'UNAUTHENTICATED') setRefused(true);
  }, []);
  const [queryClient] = useState(() => openCache(noteFailure));
  const ledger = useMemo(() => open(session), [session]);
  const trpcClient = useMemo(() => toPageClient(ledger), [ledger]);
  const readBy = useRef(session);
  useEffect(() => {
    const before = readBy.current;
    readBy.current = session;
    if (before === session) return;
    // Who signs in again goes on with the page as it was.
    if (before.project === session.project) void queryClient.invalidateQueries();
    else void queryClient.resetQueries();
  }, [session, queryClient]);
  const context: LedgerContext = {
    ledger,
    session,
    changeSession: (change) => {
      const next = { ...session, ...change };
      saveSession(next);
      setSession(next);
      setRefused(false);
    },
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

function open({ token, project }: Session): Stepledger {
  return createStepledger({
    url: location.origin,
    token: token ?? undefined,
    project: project ?? undefined,
    actor: 'web',
    spool: false,
    // Somebody looks at the page and waits: a server that is back is found within a second.
    retry: { attempts: 20, maxDelayMs: 1_000 },
  });
}

function openCache(onError: (error: unknown) => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      // The client repeats what may help; what it gives up is shown. Live entries say what has changed.
      queries: { retry: false, staleTime: 60_000, refetchOnWindowFocus: false, networkMode: 'always' },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
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

/** Any failure as one of the client's, whose code and details say what happened. */
export function toError(error: unknown): ReturnType<typeof toStepledgerError> {
  return toStepledgerError(error, location.origin);
}
