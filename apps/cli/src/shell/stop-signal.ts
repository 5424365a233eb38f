import { EXIT } from './exit-codes.ts';

/** Aborted by the first SIGINT or SIGTERM; a second one ends the process at once. */
export function createStopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(EXIT.interrupted);
      controller.abort();
    });
  }
  return controller.signal;
}
