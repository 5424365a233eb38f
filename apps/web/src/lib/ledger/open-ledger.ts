import { createStepledger, type FieldIssue, isLedgerError, type Stepledger } from '@stepledger/client';
import type { Session } from './session.ts';

/** The client of a session. Throws INVALID_CONFIG where it takes the key or the project for none. */
export function openLedger({ token, project }: Session): Stepledger {
  return createStepledger({
    url: location.origin,
    token: token ?? undefined,
    project: project ?? undefined,
    // A key has a name, which the ledger then tells.
    actor: token === null ? 'web' : undefined,
    spool: false,
    // Somebody looks at the page and waits: a server that is back is found within a second.
    retry: { attempts: 20, maxDelayMs: 1_000 },
  });
}

/** What of a session the client would refuse, by its own rules. */
export function findSessionFaults(session: Session): FieldIssue[] {
  try {
    openLedger(session);
    return [];
  } catch (error) {
    if (isLedgerError(error, 'INVALID_CONFIG')) return error.details.issues;
    throw error;
  }
}
