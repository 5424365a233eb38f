import type { AppRouter, RouterInputs, RouterOutputs } from '@stepledger/api';
import type { Page } from '@stepledger/contract';
import type { ConnectionEvent } from '../live/subscribe.ts';
import type { PagePromise } from './pages.ts';

export interface CallOptions {
  /** Aborts the call. A write that was on its way may still happen. */
  signal?: AbortSignal | undefined;
  /** The longest that the call may take with all its retries, in milliseconds. */
  timeoutMs?: number | undefined;
}

export interface SubscribeOptions {
  /** Ends the subscription. */
  signal?: AbortSignal | undefined;
  /** Told when the server answers, when the connection is lost, and when it is back. */
  onConnection?: ((event: ConnectionEvent) => void) | undefined;
}

/** Every procedure of the API as a function: `ledger.documents.get({ documentId })`. */
export type Features = {
  readonly [F in keyof RouterInputs & keyof RouterOutputs]: {
    readonly [M in keyof RouterInputs[F] & keyof RouterOutputs[F]]: M extends MethodsOf<'subscription'>
      ? Subscription<RouterInputs[F][M], Procedures[F][M]>
      : Call<WithBytes<RouterInputs[F][M]>, Answer<RouterOutputs[F][M]>>;
  };
};

/**
 * Follows what happens: an item at a time, as it comes, for as long as it is iterated over.
 *
 * Connects again by itself whenever the connection or the server is gone, and goes on behind the last item. Throws
 * ABORTED when a signal fires, and whatever trying again cannot help.
 */
type Subscription<Input, Procedure> =
  IsOptional<Input> extends true
    ? (input?: Input, options?: SubscribeOptions) => AsyncIterable<EventItem<Procedure>>
    : (input: Input, options?: SubscribeOptions) => AsyncIterable<EventItem<Procedure>>;

type EventItem<Procedure> = Procedure extends { _def: { $types: { output: AsyncIterable<infer Event> } } }
  ? Event extends { data: { items: (infer Item)[] } }
    ? Item
    : never
  : never;

type Call<Input, Result> =
  IsOptional<Input> extends true
    ? (input?: Input, options?: CallOptions) => Result
    : (input: Input, options?: CallOptions) => Result;

/** Whether a procedure can be called without an argument: all its fields may be left out. */
type IsOptional<Input> = undefined extends Input ? true : Record<never, never> extends Input ? true : false;

type Answer<Output> = Output extends Page<infer Item> ? PagePromise<Item, Output> : Promise<Output>;

/** Bodies may also be given as bytes, which JSON cannot hold; the client finds them a way. */
export type WithBytes<Input> = {
  [K in keyof Input]: K extends 'request' | 'response'
    ? Input[K] | Uint8Array
    : K extends 'attempts'
      ? EachWithBytes<Input[K]>
      : Input[K];
};
type EachWithBytes<List> = List extends readonly (infer Item)[] ? WithBytes<Item>[] : List;

type Procedures = AppRouter['_def']['record'];
type MethodsOf<Type extends 'query' | 'mutation' | 'subscription'> = {
  [F in keyof Procedures]: {
    [M in keyof Procedures[F]]: Procedures[F][M] extends { _def: { type: Type } } ? M : never;
  }[keyof Procedures[F]];
}[keyof Procedures];

/**
 * The methods that only read. A new read procedure does not compile until its name stands here; a new write
 * appears by itself. A name that reads in one feature must not write in another, as the type below sees to.
 */
const READS: Record<MethodsOf<'query'>, true> &
  Record<MethodsOf<'query'> & MethodsOf<'mutation'>, 'a name must not both read and write'> = {
  get: true,
  list: true,
  byStep: true,
  byParse: true,
  ready: true,
  history: true,
  diff: true,
  render: true,
  received: true,
  findResponse: true,
  graph: true,
  stale: true,
  blame: true,
  build: true,
  compare: true,
  overview: true,
  work: true,
  usage: true,
  uses: true,
  exchanges: true,
  claims: true,
  storage: true,
  query: true,
  verify: true,
  units: true,
  export: true,
  blobs: true,
  inspect: true,
  health: true,
  version: true,
  stats: true,
};

/** The methods that go on telling; the same holds for these names. */
const SUBSCRIPTIONS: Record<MethodsOf<'subscription'>, true> = { subscribe: true };

export function isSubscription(method: string): boolean {
  return Object.hasOwn(SUBSCRIPTIONS, method);
}

export function isRead(method: string): boolean {
  return Object.hasOwn(READS, method);
}
