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
