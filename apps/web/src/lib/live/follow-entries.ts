import { isLedgerError, type LiveEntry, type Stepledger } from '@stepledger/client';

/** How long it is waited where the client has given up to connect, and where the server has refused it. */
const AGAIN_MS = 1_000;
const REFUSED_MS = 5_000;

export interface FollowOptions {
  ledger: Stepledger;
  signal: AbortSignal;
  onEntry: (entry: LiveEntry) => void;
  /** The server answers. `first`: what was read before may lack what was written while it was. */
  onConnected: (which: 'first' | 'again') => void;
  onLost: (error: unknown) => void;
}

/**
 * Follows the project's entries from now on, each once: over lost connections, restarts of the server and the sleep of
 * this computer, after which nobody says that a connection is dead.
 */
export async function followEntries(options: FollowOptions): Promise<void> {
  const { ledger, signal, onEntry, onConnected, onLost } = options;
  const wake = listenForWaking(signal);
  /** Behind the last entry that came. */
  let position: string | undefined;
  while (!signal.aborted) {
    const woken = wake.next();
    const onConnection: NonNullable<Parameters<Stepledger['entries']['subscribe']>[1]>['onConnection'] = (
      event,
    ) => {
      if (event.state === 'lost') return onLost(event.error);
      onConnected(position === undefined ? 'first' : 'again');
      position ??= event.cursor;
    };
    try {
      const from = position === undefined ? { fromNow: true } : { lastEventId: position };
      const entries = ledger.entries.subscribe(from, {
        signal: AbortSignal.any([signal, woken]),
        onConnection,
      });
      for await (const entry of entries) {
        position = entry.cursor;
        onEntry(entry);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (woken.aborted) continue;
      onLost(error);
      const isAway = isLedgerError(error, 'UNREACHABLE') || isLedgerError(error, 'UNAVAILABLE');
      // Refused, such as for a key that was revoked, or for a position in another database: it begins anew.
      if (!isAway) position = undefined;
      await new Promise((resolve) => setTimeout(resolve, isAway ? AGAIN_MS : REFUSED_MS));
    }
  }
}

/** A signal that fires when the page is looked at again, or the network is back. */
function listenForWaking(signal: AbortSignal): { next: () => AbortSignal } {
  let controller = new AbortController();
  const wake = () => controller.abort();
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && wake(), {
    signal,
  });
  document.addEventListener('resume', wake, { signal });
  addEventListener('online', wake, { signal });
  return {
    next: () => {
      controller = new AbortController();
      return controller.signal;
    },
  };
}
