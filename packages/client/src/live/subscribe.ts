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

/** Opens a subscription, as often as it takes: its events, each once, until the signal fires. */
export type Subscribe = OpenEvents;
