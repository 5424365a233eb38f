import type { RecordingFailure } from '../errors/stepledger-error.ts';

/** A call of the API that could not be sent yet. */
export interface SpooledCall {
  /** The procedure, such as `exchanges.open`. */
  path: string;
  /** Its input with its idempotency key; bodies may be bytes, all else is JSON. */
  input: Record<string, unknown>;
}

/** `retry`: the server cannot be reached, and the call stays. */
export type SendCall = (call: SpooledCall) => Promise<'delivered' | 'retry'>;

export interface Delivery {
  delivered: number;
  /** Calls that are still waiting. */
  pending: number;
  /**
   * Calls that the server refused for good, with the reason; the calls themselves are put aside. After 1,000 of them
   * a delivery ends, and the next one goes on.
   */
  rejected: RecordingFailure[];
}

/** Keeps calls, in order, until the server takes them. */
export interface Spool {
  /**
   * Appends a call and returns once it is on disk (fsync).
   *
   * @throws SPOOL_FULL when it would grow beyond its limit, and whatever the file system says; the call then
   * counts as not kept, and the next one may be.
   */
  append(call: SpooledCall): Promise<void>;
  /**
   * Sends what is waiting, oldest first, each once the one before was taken: also what processes that have died left.
   *
   * A call may be sent again after a crash, so each needs an idempotency key. `send` resolves when the server has the
   * call and answers `retry` when the server cannot be reached, which ends the delivery; what it throws is a refusal
   * for good, and the call is put aside. One delivery runs at a time: whoever asks meanwhile gets the same.
   */
  deliver(send: SendCall): Promise<Delivery>;
  /** Whether nothing is waiting, as far as known without reading the disk: false until the first delivery has looked. */
  readonly isEmpty: boolean;
  /** How many calls are known to wait. */
  readonly waiting: number;
  /**
   * Ends appends at work, and a delivery after the call that it is sending; what waits stays for the next spool.
   *
   * Abort what `send` is waiting for first, or this waits as long.
   */
  close(): Promise<void>;
}
