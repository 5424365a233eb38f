import type { IncomingMessage } from 'node:http';
import { type Caller, resolveCaller, type Streams } from '@stepledger/api';
import { API_VERSION, type Identity, type Store } from '@stepledger/contract';
import type { Logger } from 'pino';
import { badRequest } from './http-error.ts';
import type { WorkInFlight } from './in-flight.ts';
import type { OriginRules } from './origin-guard.ts';

/** What every route works with. */
export interface Doors {
  store: Store;
  log: Logger;
  rules: OriginRules;
  /** Whether callers without a key are let in: on loopback, unless the operator wants keys there too. */
  keyless: boolean;
  /** Recognises the instance key of the environment. */
  authenticate: (key: string) => Identity | null;
  inFlight: WorkInFlight;
  streams: Streams;
  version: string;
  /** The built web UI; null where none is served. */
  webDir: string | null;
}

/** Finds out who calls, before anything of the body is read. */
export function identify(req: IncomingMessage, doors: Doors): Promise<Caller> {
  const spoken = readHeader(req, 'x-stepledger-api');
  if (spoken !== undefined && spoken !== API_VERSION) {
    throw badRequest('x-stepledger-api', `must be ${API_VERSION}: this server speaks no other version`);
  }
  const options = {
    store: doors.store,
    header: (name: string) => readHeader(req, name),
    keyless: doors.keyless && !isForwarded(req),
    authenticate: doors.authenticate,
  };
  return doors.inFlight.run(() => resolveCaller(options));
}

/** A proxy on this machine hands on calls from elsewhere; those are not local. */
function isForwarded(req: IncomingMessage): boolean {
  return ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => req.headers[name] !== undefined);
}

/** A header that may stand once; Node joins some that are repeated, and keeps the first of others. */
function readHeader(req: IncomingMessage, name: string): string | undefined {
  const values = req.headersDistinct[name];
  if (values !== undefined && values.length > 1) throw badRequest(name, 'must stand once');
  return values?.[0];
}
