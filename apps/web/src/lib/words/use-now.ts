import { useSyncExternalStore } from 'react';

const STEP_MS = 5_000;

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, STEP_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function read(): number {
  // Nobody has looked for a while: the clock stood still.
  if (timer === undefined && Date.now() - now >= STEP_MS) now = Date.now();
  return now;
}

/** The time in milliseconds, to the next five seconds: one clock for all that shows how long ago something was. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, read);
}
