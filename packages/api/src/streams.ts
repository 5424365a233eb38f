import { LedgerError, LIMITS } from '@stepledger/contract';

/** A subscription at work. */
export interface OpenStream {
  /** Fires when the caller is gone, and, with the LedgerError to answer as its reason, when the server stops. */
  readonly signal: AbortSignal;
  /** To be called when it has ended, once or more. */
  close(): void;
}

/** Counts the subscriptions of a server, so that no project takes all of it, and ends them when it stops. */
export class Streams {
  readonly #open = new Map<AbortController, string>();
  #ended = false;

  /** @throws UNAVAILABLE when there are as many as LIMITS allows, or the server stops. */
  open(project: string, caller?: AbortSignal): OpenStream {
    if (this.#ended) throw stopping();
    const ofProject = [...this.#open.values()].filter((other) => other === project).length;
    if (ofProject >= LIMITS.maxProjectSubscriptions || this.#open.size >= LIMITS.maxSubscriptions) {
      throw new LedgerError('UNAVAILABLE', { reason: 'There are too many subscriptions now; try again' });
    }
    const controller = new AbortController();
    const close = () => {
      this.#open.delete(controller);
      caller?.removeEventListener('abort', onGone);
    };
    const onGone = () => {
      close();
      controller.abort(caller?.reason);
    };
    this.#open.set(controller, project);
    caller?.addEventListener('abort', onGone, { once: true });
    if (caller?.aborted) onGone();
    return { signal: controller.signal, close };
  }

  /** Ends them all: those who subscribed are told to go on elsewhere. */
  end(): void {
    this.#ended = true;
    for (const controller of this.#open.keys()) controller.abort(stopping());
  }
}

function stopping(): LedgerError {
  return new LedgerError('UNAVAILABLE', { reason: 'The server stops; go on with another one' });
}
