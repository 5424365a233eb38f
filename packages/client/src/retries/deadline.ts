import { aborted, timedOut } from '../errors/client-errors.ts';
import type { StepledgerError } from '../errors/stepledger-error.ts';

/** The end of a call: its signal fires when the time is up or one of the caller's signals does. */
export interface Deadline {
  signal: AbortSignal;
  /** TIMEOUT or ABORTED, once the signal has fired. */
  error(): StepledgerError;
  /** Lets go of timer and listeners; the caller's signals may outlive many calls. */
  close(): void;
}

export interface DeadlineOptions {
  timeoutMs: number;
  signals: readonly (AbortSignal | undefined)[];
  /** What the last try failed of, for the message of a timeout. */
  lastFailure?: () => unknown;
}

export function openDeadline({ timeoutMs, signals, lastFailure }: DeadlineOptions): Deadline {
  const controller = new AbortController();
  let fired: AbortSignal | 'timer' = 'timer';
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  const listeners: [AbortSignal, () => void][] = [];
  const close = () => {
    clearTimeout(timer);
    for (const [signal, listener] of listeners) signal.removeEventListener('abort', listener);
  };
  for (const signal of signals) {
    if (signal === undefined) continue;
    const listener = () => {
      fired = signal;
      close();
      controller.abort(signal.reason);
    };
    if (signal.aborted) {
      listener();
      break;
    }
    listeners.push([signal, listener]);
    signal.addEventListener('abort', listener, { once: true });
  }
  return {
    signal: controller.signal,
    error: () => (fired === 'timer' ? timedOut(timeoutMs, lastFailure?.()) : aborted(fired.reason)),
    close,
  };
}
