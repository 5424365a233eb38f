/** The longest delay that a timer can hold. */
export const MAX_TIMER_MS = 2_147_483_647;

/** Lets a process end although this timer is waiting. Browsers have no such notion. */
export function unref(timer: ReturnType<typeof setTimeout>): ReturnType<typeof setTimeout> {
  const maybe: unknown = timer;
  if (typeof maybe === 'object' && maybe !== null && 'unref' in maybe && typeof maybe.unref === 'function') {
    maybe.unref();
  }
  return timer;
}

/** Resolves after a while, or as soon as the signal fires; it keeps no process alive beyond its caller. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}

/** Waits for a piece of work, but no longer than so many milliseconds and not beyond the signal. */
export async function within(work: Promise<unknown>, ms: number, signal?: AbortSignal): Promise<void> {
  const over = new AbortController();
  const stop = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  try {
    await Promise.race([work, pause(Math.max(ms, 0), stop)]);
  } finally {
    over.abort();
  }
}
