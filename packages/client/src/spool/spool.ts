/** A call of the API that could not be sent yet. */
export interface SpooledCall {
  /** The procedure, such as `exchanges.open`. */
  path: string;
  /** Its input with its idempotency key; bodies may be bytes. */
  input: Record<string, unknown>;
}

/** A call that the server refused for good, with the reason. */
export interface RejectedCall extends SpooledCall {
  reason: string;
}

export interface Delivery {
  delivered: number;
  /** Calls that are still waiting. */
  pending: number;
  rejected: RejectedCall[];
}

/** Keeps calls on disk, in order, until the server takes them. */
export interface Spool {
  /**
   * Appends a call and returns once it is on disk (fsync).
   *
   * @throws SPOOL_FULL when it would grow beyond its limit, and whatever the file system says.
   */
  append(call: SpooledCall): Promise<void>;
  /**
   * Sends what is waiting, oldest first, each once the one before was taken: also what processes that have died left.
   *
   * `send` resolves when the server has the call and answers `retry` when the server cannot be reached, which ends the
   * delivery; what it throws is a refusal for good, and the call is put aside.
   */
  deliver(send: (call: SpooledCall) => Promise<'delivered' | 'retry'>): Promise<Delivery>;
  /** Whether anything may be waiting, without reading the disk. */
  readonly isEmpty: boolean;
  close(): Promise<void>;
}
