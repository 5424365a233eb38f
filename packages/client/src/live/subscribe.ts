import type { StepledgerError } from '../errors/stepledger-error.ts';

/** One event of a subscription. */
export interface LiveEvent {
  /** From which a subscription that broke off goes on. */
  id: string;
  data: unknown;
}

/**
 * Opens a subscription once: its events until the server ends it, or the failure that it broke off with.
 *
 * The next event is asked for when the one before was taken, so that a reader who is slow holds the server up.
 */
export type OpenEvents = (
  path: string,
  input: Record<string, unknown>,
  signal: AbortSignal,
) => AsyncIterable<LiveEvent>;

/** What becomes of the connection of a subscription. */
export type ConnectionEvent =
  /** The server answers, at first or again. The cursor stands behind the entries that came first, if any. */
  | { state: 'connected'; cursor: string }
  /** It broke off, or an attempt to open it again failed; another follows. */
  | { state: 'lost'; error: StepledgerError };

export interface SubscribeWatch {
  signal: AbortSignal;
  onConnection?: ((event: ConnectionEvent) => void) | undefined;
}

/** Opens a subscription, as often as it takes: its events, each once, until the signal fires. */
export type Subscribe = (
  path: string,
  input: Record<string, unknown>,
  watch: SubscribeWatch,
) => AsyncIterable<LiveEvent>;
