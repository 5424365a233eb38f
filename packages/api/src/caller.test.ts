import { describe, expect, test } from 'vitest';
import { codeOf, createDoor } from '../test/door.ts';

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
