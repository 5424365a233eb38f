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

/** Leaves Ctrl-C to another process on the same terminal, such as a pager or an editor, until it is disposed. */
export function ignoreInterrupts(): Disposable {
  const listeners = process.listeners('SIGINT');
  const ignore = () => undefined;
  process.removeAllListeners('SIGINT');
  process.on('SIGINT', ignore);
  return {
    [Symbol.dispose]() {
      process.removeListener('SIGINT', ignore);
      for (const listener of listeners) process.on('SIGINT', listener);
    },
  };
}
