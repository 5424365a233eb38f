import {
  type ErrorCode,
  type Identity,
  LedgerError,
  type Scope,
  type Services,
  type Store,
  type WireError,
} from '@stepledger/contract';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { appRouter } from '../src/app.router.ts';
import { resolveCaller } from '../src/caller.ts';
import type { Caller, Context } from '../src/context.ts';
import { rememberRequest } from '../src/trpc.ts';

/**
 * A store that answers nothing of its own: these tests are about who is let in and how failures travel, which
 * happens before and after any store. What a store does is tested on PostgreSQL.
 */
export function createDoor(answer: () => unknown = () => ({ items: [], nextCursor: null })) {
  const opened: Scope[] = [];
  const warned: string[] = [];
  const failed: string[] = [];
  const methods = new Proxy({}, { get: () => async () => answer() });
  const services = new Proxy({}, { get: () => methods }) as Services;
  const keys: Record<string, Identity> = {
    reader: { projectSlug: 'shop', access: 'read', name: 'reader' },
    writer: { projectSlug: 'shop', access: 'write', name: 'writer' },
    admin: { projectSlug: 'shop', access: 'admin', name: 'admin' },
    ops: { projectSlug: null, access: 'admin', name: 'ops' },
    auditor: { projectSlug: null, access: 'read', name: 'auditor' },
  };
  const store: Store = {
    open(scope) {
      opened.push(scope);
      return services;
    },
    authenticate: async (key) => keys[key] ?? null,
    findProject: async (slug) => (['default', 'shop'].includes(slug) ? `id of ${slug}` : null),
    ready: async () => ({ reachable: true, migrated: true }),
  };
  const log = {
    warn: (fields: object) => warned.push(JSON.stringify(fields)),
    error: (fields: object) => failed.push(JSON.stringify(fields)),
  };
  const resolve = (headers: Record<string, string>, keyless = false): Promise<Caller> =>
    resolveCaller({ store, keyless, header: (name) => headers[name] });
  const as = async (key: string): Promise<Context> => ({
    store,
    caller: await resolve({ authorization: `Bearer ${key}` }),
    requestId: 'r1',
    log,
  });
  return { opened, warned, failed, store, log, resolve, as };
}

interface WireAnswer {
  status: number;
  body: string;
  ledger: WireError | undefined;
}

export async function call(ctx: Context, path: string, request: RequestInit = {}): Promise<WireAnswer> {
  const response = await fetchRequestHandler({
    endpoint: '/trpc',
    router: appRouter,
    req: new Request(`http://localhost/trpc/${path}`, request),
    createContext: () => ctx,
    allowMethodOverride: true,
    onError: ({ error }) => rememberRequest(error, ctx.requestId),
  });
  const body = await response.text();
  const parsed: { error?: { data: { ledger: WireError } } } = JSON.parse(body);
  return { status: response.status, body, ledger: parsed.error?.data.ledger };
}

export function post(input: unknown, headers: Record<string, string> = {}): RequestInit {
  const body = typeof input === 'string' ? input : JSON.stringify(input);
  return { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
}

export async function codeOf(promise: Promise<unknown>): Promise<{ code: ErrorCode; details: unknown }> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof LedgerError)) throw new Error('expected a LedgerError');
  return { code: error.code, details: error.details };
}
