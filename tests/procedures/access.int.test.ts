import { ACCESS_LEVELS, type Access } from '@stepledger/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FULL_CASES } from './samples/index.ts';
import { type Api, codeOf, createApi, failureOf } from './support/api.ts';
import { type ProcedureServer, startProcedureServer } from './support/server.ts';
import { createWorld, freshWord, type World } from './support/world.ts';

const INSTANCE_KEY = 'canary instance key';

/** On loopback, where no key is needed. */
let open: ProcedureServer;
/** The same database behind a server that wants keys. */
let closed: ProcedureServer;
let world: World;
let levels: Record<Access, Api>;
let instance: Api;

beforeAll(async () => {
  open = await startProcedureServer();
  closed = await startProcedureServer({
    databaseUrl: open.databaseUrl,
    requireKey: true,
    instanceKey: INSTANCE_KEY.replaceAll(' ', '-'),
  });
  world = await createWorld(open.operator);
  const make = async (access: Access) => withKey((await createKey({ access })).key);
  levels = { read: await make('read'), write: await make('write'), admin: await make('admin') };
  instance = withKey(INSTANCE_KEY.replaceAll(' ', '-')).with({ 'x-stepledger-project': world.slug });
});
afterAll(async () => {
  await closed.close();
  await open.close();
});

function withKey(key: string): Api {
  return createApi(closed.operator.url, { authorization: `Bearer ${key}` });
}

function createKey(fields: { access?: Access; expiresAt?: string } = {}) {
  return world.api.call('apiKeys.create', { name: freshWord(), ...fields });
}

test.each(FULL_CASES)(
  '$path is $access: less is FORBIDDEN and changes nothing, as much is enough',
  async (example) => {
    const { path, access } = example;
    const input = await example.sample(world);
    const tooLow =
      access === 'instance' ? ACCESS_LEVELS : ACCESS_LEVELS.slice(0, ACCESS_LEVELS.indexOf(access));
    const before = tooLow.length > 0 ? await open.rows.fingerprint() : {};
    for (const has of tooLow) {
      expect(failureOf(await levels[has].send(path, input))).toEqual({
        code: 'FORBIDDEN',
        details: { needed: access, has },
      });
    }
    if (tooLow.length > 0) expect(await open.rows.fingerprint()).toEqual(before);
    const enough = access === 'instance' ? instance : levels[access];
    expect(codeOf(await enough.send(path, input))).toBe('ok');
  },
);

describe('an instance key', () => {
  test('works in the project that it names, on every procedure that only reads', async () => {
    for (const { path, kind, sample } of FULL_CASES) {
      if (kind === 'query') expect(codeOf(await instance.send(path, await sample(world))), path).toBe('ok');
    }
  });

  test('gets NOT_FOUND from every procedure in a project that is not there, but from those over projects', async () => {
    const lost = instance.with({ 'x-stepledger-project': 'no-such-project' });
    for (const { path } of FULL_CASES) {
      const outcome = await lost.send(path, {});
      if (path.startsWith('projects.')) expect(codeOf(outcome), path).not.toBe('NOT_FOUND');
      else {
        const details = { type: 'project', id: 'no-such-project' };
        expect(failureOf(outcome), path).toEqual({ code: 'NOT_FOUND', details });
      }
    }
  });
});

describe('every procedure is UNAUTHENTICATED', () => {
  const badTokens: [string, () => Promise<string> | string][] = [
    [
      'with a revoked key',
      async () => {
        const { id, key } = await createKey();
        await world.api.call('apiKeys.revoke', { id });
        return `Bearer ${key}`;
      },
    ],
    [
      'with an expired key',
      async () => `Bearer ${(await createKey({ expiresAt: '2020-01-01T00:00:00.000Z' })).key}`,
    ],
    [
      'with a key of a wrong checksum',
      () => `Bearer ${world.key.slice(0, -1)}${world.key.endsWith('0') ? '1' : '0'}`,
    ],
    ['with a key cut short', () => `Bearer ${world.key.slice(0, -7)}`],
    [
      'with the key of one project under the name of another',
      () => `Bearer ${world.key.replace(world.slug, 'default')}`,
    ],
    ['with an instance key that is nearly right', () => `Bearer ${INSTANCE_KEY.replaceAll(' ', '-')}.`],
    ['with another scheme', () => `Basic ${Buffer.from(`user:${world.key}`).toString('base64')}`],
    ['with an empty key', () => 'Bearer '],
  ];

  test.each(badTokens)('%s, on loopback too', async (_, make) => {
    const headers = { authorization: await make() };
    await expectUnauthenticated(createApi(closed.operator.url, headers));
    await expectUnauthenticated(createApi(open.operator.url, headers));
  });

  test('without a key where keys are needed; on loopback none is needed', async () => {
    await expectUnauthenticated(closed.operator);
    for (const { path, kind, sample } of FULL_CASES) {
      if (kind !== 'query') continue;
      const local = open.operator.with({ 'x-stepledger-project': world.slug });
      expect(codeOf(await local.send(path, await sample(world))), path).toBe('ok');
    }
  });

  async function expectUnauthenticated(api: Api): Promise<void> {
    const before = await open.rows.count();
    for (const { path } of FULL_CASES) {
      expect({ path, code: codeOf(await api.send(path, {})) }).toEqual({ path, code: 'UNAUTHENTICATED' });
    }
    expect(await open.rows.count()).toEqual(before);
  }
});
