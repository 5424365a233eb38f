import { createTestDatabase, startTestServer } from '@stepledger/testing';
import { describe, expect, test } from 'vitest';
import { runProgram } from './support/run-program.ts';
import { call, send } from './support/send.ts';

const INSTANCE_KEY = 'an-instance-key-of-the-environment';
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** Makes a key by the server's own command, as an operator does. */
async function keys(databaseUrl: string, ...args: string[]) {
  const program = runProgram({ args: ['keys', ...args], env: { DATABASE_URL: databaseUrl } });
  const code = await program.exit();
  return { code, out: program.stdout().trim(), said: program.stderr() };
}

async function codeOf(answer: ReturnType<typeof send>): Promise<unknown> {
  const { json } = await answer;
  return (json as { error?: { data: { ledger: { code: string } } } }).error?.data.ledger.code ?? 'ok';
}

/** Each run of the program loads all of it, which takes seconds where all cores are busy. */
const SLOW = { timeout: 120_000 };

describe('the command', SLOW, () => {
  test('makes a key, shows it once, lists it and revokes it', async () => {
    const { url } = await createTestDatabase();
    const made = await keys(url, 'create', '--instance', '--name', 'ops');
    expect(made.code).toBe(0);
    expect(made.out).toMatch(/^sl\S{30,}$/);
    expect(made.said).toContain('admin access to every project');

    const listed = await keys(url, 'list');
    expect(listed.out).toMatch(/^[\w-]{36} {2}admin {2}\(instance\) +valid {2}ops$/);
    expect(listed.out).not.toContain(made.out);

    const [id = ''] = listed.out.split(' ');
    expect(await keys(url, 'revoke', id)).toMatchObject({
      code: 0,
      said: expect.stringContaining(`Revoked ${id}`),
    });
    expect((await keys(url, 'list')).out).toMatch(/ {2}revoked 20/);
  });

  test.each([
    [['create', '--name', 'x'], 'say --instance or --project'],
    [['create', '--project', 'nowhere', '--name', 'x'], 'There is no project nowhere'],
  ])('refuses %j with a reason', async (args, reason) => {
    const { url } = await createTestDatabase();
    const { code, out, said } = await keys(url, ...args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(said).toContain(reason);
    expect(said).not.toMatch(/\n\s+at /);
  });
});

describe('access', () => {
  test('a key that is sent must be right, also where none is needed', async () => {
    await using server = await startTestServer();
    expect((await call(server.url, 'projects.list', {})).status).toBe(200);
    expect(await call(server.url, 'projects.list', {}, bearer('sl_default_wrong'))).toMatchObject({
      status: 401,
    });
    expect(await send(`${server.url}/raw/x`, { headers: bearer('sl_default_wrong') })).toMatchObject({
      status: 401,
      json: { code: 'UNAUTHENTICATED' },
    });
  });

  test('where keys are required, nothing but health is answered without one', async () => {
    await using server = await startTestServer({ requireKey: true, instanceKey: INSTANCE_KEY });
    expect(await codeOf(call(server.url, 'projects.list', {}))).toBe('UNAUTHENTICATED');
    expect((await send(`${server.url}/raw`, { method: 'PUT', body: 'x' })).status).toBe(401);
    expect((await send(`${server.url}/healthz`)).status).toBe(200);
    expect((await send(`${server.url}/readyz`)).status).toBe(200);
    expect(await codeOf(call(server.url, 'projects.list', {}, bearer(INSTANCE_KEY)))).toBe('ok');
    expect(await codeOf(call(server.url, 'projects.list', {}, bearer(`${INSTANCE_KEY}.`)))).toBe(
      'UNAUTHENTICATED',
    );
  });

  test('each level may do what it says, on both doors', async () => {
    await using server = await startTestServer({ requireKey: true, instanceKey: INSTANCE_KEY });
    const make = async (access: string) => {
      const answer = await call(server.url, 'apiKeys.create', { name: access, access }, bearer(INSTANCE_KEY));
      return (answer.json as { result: { data: { key: string } } }).result.data.key;
    };
    const attempts = async (key: string) => ({
      read: await codeOf(call(server.url, 'system.stats', {}, bearer(key))),
      putRaw: (await send(`${server.url}/raw`, { method: 'PUT', headers: bearer(key), body: 'x' })).status,
      admin: await codeOf(call(server.url, 'apiKeys.list', {}, bearer(key))),
      instance: await codeOf(call(server.url, 'projects.create', { slug: 'mine' }, bearer(key))),
    });
    const no = 'FORBIDDEN';
    expect(await attempts(await make('read'))).toEqual({ read: 'ok', putRaw: 403, admin: no, instance: no });
    expect(await attempts(await make('write'))).toEqual({ read: 'ok', putRaw: 200, admin: no, instance: no });
    expect(await attempts(await make('admin'))).toEqual({
      read: 'ok',
      putRaw: 200,
      admin: 'ok',
      instance: no,
    });
    expect(await attempts(INSTANCE_KEY)).toEqual({ read: 'ok', putRaw: 200, admin: 'ok', instance: 'ok' });
  });

  test('a project key works in its project alone, an instance key in the one that it names', async () => {
    await using server = await startTestServer({ requireKey: true, instanceKey: INSTANCE_KEY });
    const ops = bearer(INSTANCE_KEY);
    await call(server.url, 'projects.create', { slug: 'shop' }, { ...ops, 'x-stepledger-project': 'shop' });
    const inShop = { ...ops, 'x-stepledger-project': 'shop' };
    const made = await call(server.url, 'apiKeys.create', { name: 'agent', access: 'admin' }, inShop);
    const { key } = (made.json as { result: { data: { key: string } } }).result.data;

    expect((await call(server.url, 'projects.list', {}, bearer(key))).json).toMatchObject({
      result: { data: { items: [{ slug: 'shop' }], nextCursor: null } },
    });
    const elsewhere = { ...bearer(key), 'x-stepledger-project': 'default' };
    for (const path of ['projects.get', 'projects.update', 'system.stats']) {
      const input = { slug: 'default', ...(path === 'projects.update' && { name: 'x' }) };
      expect(
        await codeOf(call(server.url, path, path === 'system.stats' ? {} : input, elsewhere)),
        path,
      ).toBe('NOT_FOUND');
    }
    expect(await codeOf(call(server.url, 'projects.get', { slug: 'default' }, bearer(key)))).toBe(
      'NOT_FOUND',
    );
    expect(
      await codeOf(call(server.url, 'projects.update', { slug: 'default', name: 'x' }, bearer(key))),
    ).toBe('NOT_FOUND');

    expect((await call(server.url, 'apiKeys.list', {}, inShop)).json).toMatchObject({
      result: { data: { items: [{ name: 'agent' }] } },
    });
    expect((await call(server.url, 'apiKeys.list', {}, ops)).json).toMatchObject({
      result: { data: { items: [] } },
    });
  });

  test('a revoked key is refused from the next call on', async () => {
    await using server = await startTestServer({ requireKey: true, instanceKey: INSTANCE_KEY });
    const made = await call(server.url, 'apiKeys.create', { name: 'agent' }, bearer(INSTANCE_KEY));
    const { id, key } = (made.json as { result: { data: { id: string; key: string } } }).result.data;
    expect(await codeOf(call(server.url, 'system.stats', {}, bearer(key)))).toBe('ok');
    await call(server.url, 'apiKeys.revoke', { id }, bearer(INSTANCE_KEY));
    expect(await codeOf(call(server.url, 'system.stats', {}, bearer(key)))).toBe('UNAUTHENTICATED');
  });
});
