import type { HeldClaim } from '@stepledger/client';
import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../../lib/ledger/ledger.tsx';

/** The run whose subtasks are shown, and which of them. */
export interface Scope {
  runId: string;
  kind: string | undefined;
}

/** The statuses that mean something to `ready` and `claim`. */
export const SUBTASK_STATUSES = ['open', 'in_progress', 'done', 'dropped'] as const;

/** A lease that runs out is no entry in the ledger, so that nobody tells of it. */
const RENEW_MS = 10_000;
/** Work that is ready, and claims, that are looked at: the most of one page. */
const LIMIT = 500;

export interface Hold {
  claim: HeldClaim;
  /** When the claim was read, by this clock in milliseconds. */
  readAt: number;
}

/** Which documents work may begin on, and who holds which. */
export function useHolds(scope: Scope) {
  const trpc = useTRPC();
  const ready = useQuery(
    trpc.documents.ready.queryOptions(
      { ...scope, withText: false, limit: LIMIT },
      { refetchInterval: RENEW_MS },
    ),
  );
  const claims = useQuery(
    trpc.documents.claims.queryOptions({ ...scope, limit: LIMIT }, { refetchInterval: RENEW_MS }),
  );
  return {
    queries: [ready, claims],
    ready: new Set(ready.data?.items.map(({ id }) => id)),
    isReadyKnown: ready.data !== undefined && ready.data.nextCursor === null,
    holds: new Map(
      claims.data?.items.map((claim): [string, Hold] => [
        claim.documentId,
        { claim, readAt: claims.dataUpdatedAt },
      ]),
    ),
  };
}
