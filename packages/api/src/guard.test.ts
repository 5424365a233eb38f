import {
  type Access,
  type ErrorCode,
  type Identity,
  LedgerError,
  LIMITS,
  type Scope,
  type Services,
  type Store,
  type WireError,
} from '@stepledger/contract';
import { TRPCError } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { describe, expect, test } from 'vitest';
import { appRouter } from './app.router.ts';
import { resolveCaller } from './caller.ts';
import type { Caller, Context } from './context.ts';
import { rememberRequest } from './trpc.ts';
import { ledgerErrorOf } from './wire-errors.ts';

/**
 * A store that answers nothing of its own: these tests are about who is let in and how failures travel, which
 * happens before and after any store. What a store does is tested on PostgreSQL.
 */
function createDoor(answer: () => unknown = () => ({ items: [], nextCursor: null })) {
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

async function call(ctx: Context, path: string, request: RequestInit = {}): Promise<WireAnswer> {
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

function post(input: unknown, headers: Record<string, string> = {}): RequestInit {
  const body = typeof input === 'string' ? input : JSON.stringify(input);
  return { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
}

async function codeOf(promise: Promise<unknown>): Promise<{ code: ErrorCode; details: unknown }> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof LedgerError)) throw new Error('expected a LedgerError');
  return { code: error.code, details: error.details };
}

describe('who calls', () => {
  test('a project key works in its project, under its name', async () => {
    expect(await createDoor().resolve({ authorization: 'Bearer writer' })).toEqual({
      project: { slug: 'shop', id: 'id of shop' },
      actor: 'writer',
      access: 'write',
      instance: false,
    });
  });

  test('an instance key picks the project by header, the default project without one', async () => {
    const { resolve } = createDoor();
    const authorization = 'Bearer ops';
    expect(await resolve({ authorization })).toMatchObject({ project: { slug: 'default' }, instance: true });
    expect(await resolve({ authorization, 'x-stepledger-project': 'shop' })).toMatchObject({
      project: { slug: 'shop', id: 'id of shop' },
    });
  });

  test('a project key that names another project learns nothing of it', async () => {
    const headers = { authorization: 'Bearer writer', 'x-stepledger-project': 'default' };
    expect(await codeOf(createDoor().resolve(headers))).toEqual({
      code: 'NOT_FOUND',
      details: { type: 'project', id: 'default' },
    });
  });

  test('without a key nobody gets in, unless the server listens on loopback', async () => {
    const { resolve } = createDoor();
    expect(await codeOf(resolve({}))).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await resolve({}, true)).toEqual({
      project: { slug: 'default', id: 'id of default' },
      actor: 'local',
      access: 'admin',
      instance: true,
    });
  });

  test.each(['Bearer wrong', 'Basic writer', 'Bearer', 'Bearer a b', ''])(
    'a key that is sent must be right, also on loopback: %j',
    async (authorization) => {
      const { resolve } = createDoor();
      expect(await codeOf(resolve({ authorization }, true))).toMatchObject({ code: 'UNAUTHENTICATED' });
    },
  );

  test('the actor may be named, percent-encoded', async () => {
    const { resolve } = createDoor();
    const named = async (actor: string) => (await resolve({ 'x-stepledger-actor': actor }, true)).actor;
    expect(await named('agent-7')).toBe('agent-7');
    expect(await named(encodeURIComponent('Zoë 🐙'))).toBe('Zoë 🐙');
  });

  test.each(['%', '%ff', 'Zo\u00eb', '%00', 'a'.repeat(201)])('a bad actor is refused: %j', async (actor) => {
    expect(await codeOf(createDoor().resolve({ 'x-stepledger-actor': actor }, true))).toMatchObject({
      code: 'BAD_INPUT',
      details: { issues: [{ path: 'x-stepledger-actor', reason: expect.stringMatching(/^must/) }] },
    });
  });

  test('a bad project name is refused', async () => {
    expect(await codeOf(createDoor().resolve({ 'x-stepledger-project': 'No Such' }, true))).toMatchObject({
      code: 'BAD_INPUT',
      details: { issues: [{ path: 'x-stepledger-project' }] },
    });
  });
});

describe('who may do what', () => {
  const calls: [string, RequestInit, Access | 'instance'][] = [
    ['runs.list', post({}), 'read'],
    ['runs.start', post({ key: 'k' }), 'write'],
    ['apiKeys.list', post({}), 'admin'],
    ['projects.create', post({ slug: 'new' }), 'instance'],
  ];
  const keys = { reader: 1, writer: 2, admin: 3, ops: 4, auditor: 1 };
  const cases = calls.flatMap(([path, request, needed], level) =>
    Object.entries(keys).map(([key, rank]) => ({ path, request, needed, key, allowed: rank > level })),
  );

  test.each(cases)('$key calls $path, allowed: $allowed', async ({ path, request, needed, key, allowed }) => {
    const door = createDoor();
    const { ledger } = await call(await door.as(key), path, request);
    if (allowed) expect(ledger?.code).not.toBe('FORBIDDEN');
    else expect(ledger).toMatchObject({ code: 'FORBIDDEN', details: { needed }, requestId: 'r1' });
    expect(door.opened).toHaveLength(allowed ? 1 : 0);
  });

  test('a context without a caller is let in nowhere', async () => {
    const door = createDoor();
    const ctx = { ...(await door.as('ops')), caller: null };
    expect((await call(ctx, 'runs.list', post({}))).ledger?.code).toBe('UNAUTHENTICATED');
    expect(door.opened).toEqual([]);
  });

  test('a project that does not exist is NOT_FOUND, but does not stop an instance key from making it', async () => {
    const door = createDoor();
    const caller = await door.resolve({ authorization: 'Bearer ops', 'x-stepledger-project': 'new' });
    const ctx = { ...(await door.as('ops')), caller };
    expect((await call(ctx, 'runs.list', post({}))).ledger).toMatchObject({
      code: 'NOT_FOUND',
      details: { type: 'project', id: 'new' },
    });
    expect(door.opened).toEqual([]);
    await call(ctx, 'projects.create', post({ slug: 'new' }));
    expect(door.opened).toEqual([{ projectId: 'id of default', actor: 'ops' }]);
  });

  test('to a project key, other projects do not exist', async () => {
    const project = {
      id: '0198c0de-0000-7000-8000-000000000001',
      slug: 'shop',
      name: 'shop',
      createdAt: '2026-01-31T12:00:00.000Z',
    };
    const door = createDoor(() => project);
    const admin = await door.as('admin');
    const other = { code: 'NOT_FOUND', details: { type: 'project', id: 'default' } };
    expect((await call(admin, 'projects.get', post({ slug: 'default' }))).ledger).toMatchObject(other);
    expect((await call(admin, 'projects.update', post({ slug: 'default', name: 'x' }))).ledger).toMatchObject(
      other,
    );
    expect((await call(admin, 'projects.get', post({ slug: 'shop' }))).status).toBe(200);
    const { body } = await call(admin, 'projects.list', post({}));
    expect(JSON.parse(body)).toEqual({ result: { data: { items: [project], nextCursor: null } } });
  });

  test('each call of a batch gets services of its own', async () => {
    const door = createDoor();
    await call(
      await door.as('reader'),
      'runs.list,runs.list,steps.list?batch=1',
      post({ 0: {}, 1: {}, 2: {} }),
    );
    expect(door.opened).toHaveLength(3);
  });
});

describe('how failures travel', () => {
  const throwing = (error: unknown) => () => {
    throw error;
  };

  test('a LedgerError keeps code, details and status', async () => {
    const details = { type: 'document', id: 'd1', expected: 1, actual: 2 };
    const door = createDoor(throwing(new LedgerError('VERSION_CONFLICT', details)));
    const answer = await call(await door.as('writer'), 'runs.update', post({ runId: crypto.randomUUID() }));
    expect(answer).toMatchObject({
      status: 409,
      ledger: { code: 'VERSION_CONFLICT', details, requestId: 'r1' },
    });
    expect(answer.ledger?.message).toContain('at version 2, not 1');
    expect(door.warned).toEqual([]);
  });

  test('an undeclared code still reaches the caller, and the log says so', async () => {
    const door = createDoor(throwing(new LedgerError('PURGED', { type: 'run', id: 'r', version: 1 })));
    const answer = await call(await door.as('reader'), 'runs.list', post({}));
    expect(answer.ledger?.code).toBe('PURGED');
    expect(door.warned).toEqual(['{"requestId":"r1","path":"runs.list","code":"PURGED"}']);
  });

  test('anything unforeseen is INTERNAL with a request id, and its message stays with us', async () => {
    const cause = Object.assign(new Error('insert into t values (my secret text)'), {
      code: '23505',
      detail: 'Key (name)=(my secret text)',
      constraint: 'run_key_unique',
    });
    const door = createDoor(throwing(new Error('my secret text', { cause })));
    const answer = await call(await door.as('reader'), 'runs.list', post({}));
    expect(answer).toMatchObject({
      status: 500,
      ledger: { code: 'INTERNAL', details: { requestId: 'r1' }, requestId: 'r1' },
    });
    const [failure = ''] = door.failed;
    expect(answer.body + failure).not.toContain('secret');
    expect(answer.body).not.toContain('.ts:');
    expect(failure).toContain('guard.test.ts:');
    expect(failure).toContain('"code":"23505","constraint":"run_key_unique"');
  });

  test('an answer that does not fit its schema is our fault, named by field without its value', async () => {
    const door = createDoor(() => ({ items: [{ metadata: { 'my secret': 1 } }], nextCursor: null }));
    const answer = await call(await door.as('reader'), 'runs.list', post({}));
    expect(answer).toMatchObject({ status: 500, ledger: { code: 'INTERNAL' } });
    expect(door.failed[0]).toContain('items.0.id: invalid_type');
    expect(answer.body + door.failed.join('')).not.toContain('secret');
  });

  test('a bad input names its fields and is no failure of ours', async () => {
    const door = createDoor();
    const answer = await call(await door.as('writer'), 'runs.start', post({ key: '', foo: 1 }));
    expect(answer).toMatchObject({
      status: 400,
      ledger: {
        code: 'BAD_INPUT',
        message: 'Bad input: key must not be empty; foo is not a known field',
        details: {
          issues: [
            { path: 'key', reason: 'must not be empty' },
            { path: 'foo', reason: 'is not a known field' },
          ],
        },
      },
    });
    expect(door.failed).toEqual([]);
  });

  const own: [string, string, RequestInit, number, object][] = [
    [
      'no such procedure',
      'runs.destroy',
      post({}),
      404,
      { code: 'NOT_FOUND', details: { type: 'procedure', id: 'runs.destroy' } },
    ],
    [
      'a mutation by GET',
      'runs.start',
      {},
      405,
      { code: 'BAD_INPUT', details: { issues: [{ path: 'method', reason: expect.any(String) }] } },
    ],
    [
      'a body that is no JSON',
      'runs.start',
      post('{"key": "my secret'),
      400,
      { code: 'BAD_INPUT', details: { issues: [{ path: '', reason: 'must be JSON' }] } },
    ],
    [
      'another content type',
      'runs.start',
      post('key=k', { 'content-type': 'text/plain' }),
      415,
      {
        code: 'BAD_INPUT',
        details: { issues: [{ path: 'content-type', reason: 'must be application/json' }] },
      },
    ],
    [
      'queries and mutations in one batch',
      'runs.list,runs.start?batch=1',
      post({}),
      400,
      { code: 'BAD_INPUT' },
    ],
  ];
  test.each(own)("tRPC's own: %s", async (_, path, request, status, ledger) => {
    const door = createDoor();
    const answer = await call(await door.as('writer'), path, request);
    expect(answer).toMatchObject({ status, ledger: { ...ledger, requestId: 'r1' } });
    expect(answer.body).not.toContain('secret');
  });

  test('the limit of a body is told in bytes', () => {
    const error = ledgerErrorOf(new TRPCError({ code: 'PAYLOAD_TOO_LARGE' }), {
      path: undefined,
      requestId: '',
    });
    expect(error).toMatchObject({ code: 'TOO_LARGE', details: { limitBytes: LIMITS.maxBodyBytes } });
  });
});
