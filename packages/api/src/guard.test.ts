import type { Access } from '@stepledger/contract';
import { describe, expect, test } from 'vitest';
import { call, createDoor, post } from '../test/door.ts';

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
