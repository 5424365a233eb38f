import type { AppRouter } from '@stepledger/api';
import type { Page } from '@stepledger/contract';
import type { TRPCUntypedClient } from '@trpc/client';
import { isRecord, toStepledgerError } from '../errors/to-stepledger-error.ts';
import { deadlineContext } from '../links/deadline.link.ts';
import type { Subscribe } from '../live/subscribe.ts';
import {
  type CallOptions,
  type Features,
  isRead,
  isSubscription,
  type SubscribeOptions,
} from './features.ts';
import { withFollowing } from './pages.ts';

interface Source {
  client: TRPCUntypedClient<AppRouter>;
  url: string;
  subscribe: Subscribe;
  /** Aborts every call. */
  signal: AbortSignal | undefined;
}

/**
 * The functions behind `ledger.documents.get` and all others, made from their names when they are used.
 *
 * So a procedure that the server gains is there by its type alone.
 */
export function callFeatures({ client, url, subscribe, signal: ofClient }: Source): Features {
  const send = async (
    path: string,
    input: unknown,
    read: boolean,
    options: CallOptions,
  ): Promise<unknown> => {
    const request = {
      ...(options.signal && { signal: options.signal }),
      context: deadlineContext(options.timeoutMs),
    };
    try {
      return await (read ? client.query(path, input, request) : client.mutation(path, input, request));
    } catch (error) {
      throw toStepledgerError(error, url);
    }
  };

  const call = (feature: string, method: string) => {
    const path = `${feature}.${method}`;
    if (isSubscription(method)) {
      return (input: Record<string, unknown> = {}, options: SubscribeOptions = {}) =>
        follow(subscribe, {
          path,
          input,
          signals: [ofClient, options.signal],
          onConnection: options.onConnection,
        });
    }
    const read = isRead(method);
    return (input: unknown = {}, options: CallOptions = {}) => {
      const answer = send(path, input, read, options);
      if (!read || !isRecord(input)) return answer;
      const pages = answer as Promise<Page<unknown>>;
      return withFollowing(pages, async (cursor) => {
        return (await send(path, { ...input, cursor }, read, options)) as Page<unknown>;
      });
    };
  };

  return byName((feature) => byName((method) => call(feature, method))) as Features;
}

/** The items of all events, one by one. */
async function* follow(
  subscribe: Subscribe,
  call: {
    path: string;
    input: Record<string, unknown>;
    signals: (AbortSignal | undefined)[];
    onConnection: SubscribeOptions['onConnection'];
  },
): AsyncGenerator<unknown, void, undefined> {
  const { path, input, signals, onConnection } = call;
  const signal = AbortSignal.any(signals.filter((given) => given !== undefined));
  for await (const { data } of subscribe(path, input, { signal, onConnection })) {
    if (isRecord(data) && Array.isArray(data['items'])) yield* data['items'];
  }
}

/** An object that makes its members when they are asked for, and keeps them. */
function byName(make: (name: string) => unknown): object {
  const made = new Map<string, unknown>();
  return new Proxy(
    {},
    {
      get(target, name) {
        // A promise that resolves to this, a template or a logger ask for names that are no members.
        if (typeof name === 'symbol' || name in target) return Reflect.get(target, name);
        if (name === 'then' || name === 'toJSON') return undefined;
        if (!made.has(name)) made.set(name, make(name));
        return made.get(name);
      },
    },
  );
}
