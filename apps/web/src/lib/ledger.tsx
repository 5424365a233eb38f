import { type AppRouter, createStepledger, type Stepledger, toStepledgerError } from '@stepledger/client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import { createContext, type ReactNode, use, useMemo, useState } from 'react';
import { toOneWayClient } from './one-way-pages.ts';
import { loadSession, type Session, saveSession } from './session.ts';

const { TRPCProvider, useTRPC } = createTRPCContext<AppRouter>();

/** Every procedure as options of a query or a mutation: `useQuery(trpc.runs.get.queryOptions({ key }))`. */
export { useTRPC };

interface LedgerContext {
  ledger: Stepledger;
  session: Session;
  /** Another key or project: all that was read is forgotten. */
  changeSession: (change: Partial<Session>) => void;
}
const Context = createContext<LedgerContext | null>(null);

export function useLedger(): LedgerContext {
  const context = use(Context);
  if (context === null) throw new Error('useLedger is used outside of LedgerProvider');
  return context;
}

/** One client and one cache for the session; a new session gets new ones. */
export function LedgerProvider({ children }: { children: ReactNode }) {
  const [session, setSession] = useState(loadSession);
  const { ledger, queryClient } = useMemo(() => open(session), [session]);
  const trpcClient = useMemo(() => toOneWayClient(ledger.trpc), [ledger]);
  const context: LedgerContext = {
    ledger,
    session,
    changeSession: (change) => {
      const next = { ...session, ...change };
      saveSession(next);
      setSession(next);
    },
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

function open({ token, project }: Session): { ledger: Stepledger; queryClient: QueryClient } {
  const ledger = createStepledger({
    url: location.origin,
    token: token ?? undefined,
    project: project ?? undefined,
    actor: 'web',
    spool: false,
    // Somebody looks at the page and waits: a server that is back is found within a second.
    retry: { attempts: 20, maxDelayMs: 1_000 },
  });
  const queryClient = new QueryClient({
    defaultOptions: {
      // The client repeats what may help; what it gives up is shown. Live entries say what has changed.
      queries: { retry: false, staleTime: 60_000, refetchOnWindowFocus: false, networkMode: 'always' },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
  return { ledger, queryClient };
}

/** Any failure as one of the client's, whose code and details say what happened. */
export function toError(error: unknown): ReturnType<typeof toStepledgerError> {
  return toStepledgerError(error, location.origin);
}
