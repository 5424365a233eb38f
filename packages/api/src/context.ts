import type { Access, Services, Store } from '@stepledger/contract';
import type { Streams } from './streams.ts';

/** Who calls, and in which project. */
export interface Caller {
  /** The project in which the calls work; its id is null when the caller named one that does not exist. */
  project: { slug: string; id: string | null };
  /** Written into each entry. */
  actor: string;
  access: Access;
  /** Whether the caller may see all projects: an instance key, or a keyless caller on loopback. */
  instance: boolean;
}

/** Where failures of ours are reported. Fields never hold texts, keys or SQL parameters. */
export interface Log {
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/**
 * What every procedure gets, once an HTTP request.
 *
 * Plain interfaces of the contract and nothing else, so that checking a client's types loads no ORM.
 */
export interface Context {
  store: Store;
  /** Null when nobody proved who they are: every procedure then answers UNAUTHENTICATED. */
  caller: Caller | null;
  requestId: string;
  log: Log;
  /** Knows of each call that is at work, so that a server can wait for it: callers hang up, their calls go on. */
  inFlight?: InFlight | undefined;
  /** Knows of each subscription, which a server does not wait for but ends. */
  streams?: Streams | undefined;
}

export interface InFlight {
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** The context behind the guard: services of this one procedure call, confined to the caller's project. */
export interface GuardedContext extends Context {
  caller: Caller;
  services: Services;
}
