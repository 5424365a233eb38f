import { aborted } from '../errors/client-errors.ts';
import { toStepledgerError } from '../errors/to-stepledger-error.ts';
import type { RetryPolicy } from '../retries/retry-policy.ts';
import { sleep } from '../retries/with-retries.ts';
import type { LiveEvent, OpenEvents, Subscribe } from './subscribe.ts';

/**
 * Opens a subscription again whenever it breaks off, behind the last event that came.
 *
 * Until the first event, which comes at once, the policy decides how often; from then on it goes on for as long as trying again may help, since
 * nobody can say how long a server is away, and whoever waits for events has nothing else to do.
 */
export function withReconnects(
  open: OpenEvents,
  { policy, url }: { policy: RetryPolicy; url: string },
): Subscribe {
  return async function* subscribe(
    path,
    input,
    { signal, onConnection },
  ): AsyncGenerator<LiveEvent, void, undefined> {
    let lastEventId: string | undefined;
    let connected = false;
    for (let attempts = 1; ; attempts++) {
      try {
        const position = lastEventId === undefined ? {} : { lastEventId };
        for await (const event of open(path, { ...input, ...position }, signal)) {
          lastEventId = event.id;
          attempts = 0;
          if (!connected) onConnection?.({ state: 'connected', cursor: event.id });
          connected = true;
          yield event;
        }
        if (!signal.aborted) return;
      } catch (error) {
        const failure = toStepledgerError(error, url);
        const tries = lastEventId === undefined ? attempts : 1;
        if (!signal.aborted && !policy.shouldRetry(failure, tries)) throw failure;
        connected = false;
        if (!signal.aborted) onConnection?.({ state: 'lost', error: failure });
      }
      if (signal.aborted) throw aborted(signal.reason);
      await sleep(policy.delayMs(Math.max(attempts, 1)), signal);
    }
  };
}
