import { openDatabase } from '@stepledger/db';
import { expect, test, vi } from 'vitest';
import { refusal } from './support/errors.ts';
import { openTestLedger } from './support/ledger.ts';
import { runSql } from './support/sql.ts';

test('a key says whose it is and what it may do', async () => {
  await using ledger = await openTestLedger();
  const { key, ...known } = await ledger.open().apiKeys.create({ name: 'ci', access: 'write' });

  expect(key).toMatch(/^sl_first_[0-9A-Za-z]{49}$/);
  expect(await ledger.database.store.authenticate(key)).toEqual({
    projectSlug: 'first',
    access: 'write',
    name: 'ci',
  });
  expect(await ledger.open().apiKeys.get({ id: known.id })).toEqual(known);
});

test('an instance key belongs to no project, also where a project is called instance', async () => {
  await using ledger = await openTestLedger();
  await ledger.database.ensureProject({ slug: 'instance', name: 'Instance' });
  const instance = await ledger.database.createKey({ project: null, name: 'ops', access: 'admin' });
  const project = await ledger.database.createKey({ project: 'instance', name: 'ops', access: 'read' });

  expect(instance).toMatchObject({ instance: true, project: null });
  const { store } = ledger.database;
  expect(await store.authenticate(instance.key)).toMatchObject({ projectSlug: null, access: 'admin' });
  expect(await store.authenticate(project.key)).toMatchObject({ projectSlug: 'instance', access: 'read' });
});

test('no table holds the text of a key', async () => {
  await using ledger = await openTestLedger();
  const { key } = await ledger.open().apiKeys.create({ name: 'ci', access: 'read', idempotencyKey: 'once' });
  const secret = key.slice('sl_first_'.length);

  for (const table of ['api_key', 'request']) {
    const rows = await runSql<{ row: string }>(ledger.url, `SELECT ${table}::text AS row FROM ${table}`);
    expect(rows.length).toBeGreaterThan(0);
    for (const { row } of rows) {
      expect(row).not.toContain(secret);
      expect(row).not.toContain(Buffer.from(key).toString('hex'));
    }
  }
});

test('a key made eight times at once under one idempotency key is one key with one text', async () => {
  await using ledger = await openTestLedger();
  const input = { name: 'ci', access: 'write', idempotencyKey: 'once' } as const;
  const made = await Promise.all(Array.from({ length: 8 }, () => ledger.open().apiKeys.create(input)));

  expect(new Set(made.map((key) => JSON.stringify(key))).size).toBe(1);
  expect((await ledger.open().apiKeys.list({ limit: 10, includeRevoked: true })).items).toHaveLength(1);
  expect(await ledger.database.store.authenticate(made[0]?.key ?? '')).not.toBeNull();
});

test('a key that was mistyped or altered is nobody', async () => {
  await using ledger = await openTestLedger();
  const { key } = await ledger.open().apiKeys.create({ name: 'ci', access: 'read' });
  const other = await ledger.open().apiKeys.create({ name: 'ci', access: 'read' });
  const altered = [
    `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`,
    key.replace('sl_first_', 'sl_other_'),
    key.replace('sl_first_', 'sli_'),
    `${key.slice(0, 20)}${other.key.slice(20)}`,
    key.toLowerCase(),
    ` ${key}`,
    `${key}0`,
    '',
  ];
  for (const text of altered) expect(await ledger.database.store.authenticate(text), text).toBeNull();
});

test('a revoked key works no more, at once in this process and soon in others', async () => {
  await using ledger = await openTestLedger();
  await using second = await openDatabase({ url: ledger.url });
  const { id, key } = await ledger.open().apiKeys.create({ name: 'ci', access: 'read' });
  expect(await ledger.database.store.authenticate(key)).not.toBeNull();
  expect(await second.store.authenticate(key)).not.toBeNull();

  const revoked = await ledger.open().apiKeys.revoke({ id });

  expect(revoked.revokedAt).not.toBeNull();
  expect(await ledger.database.store.authenticate(key)).toBeNull();
  await vi.waitFor(async () => expect(await second.store.authenticate(key)).toBeNull(), {
    timeout: 8_000,
    interval: 200,
  });
  expect(await ledger.open().apiKeys.revoke({ id })).toEqual(revoked);
  expect((await ledger.open().apiKeys.list({ limit: 10, includeRevoked: false })).items).toEqual([]);
});

test('an expired key works no more, although it was known a moment before', async () => {
  await using ledger = await openTestLedger();
  const expiresAt = new Date(Date.now() + 700).toISOString();
  const { key } = await ledger.open().apiKeys.create({ name: 'ci', access: 'read', expiresAt });
  expect(await ledger.database.store.authenticate(key)).not.toBeNull();
  await vi.waitFor(async () => expect(await ledger.database.store.authenticate(key)).toBeNull(), {
    timeout: 5_000,
  });
});

test('a renamed key has its new name at once', async () => {
  await using ledger = await openTestLedger();
  const { id, key } = await ledger.open().apiKeys.create({ name: 'old', access: 'read' });
  expect(await ledger.database.store.authenticate(key)).toMatchObject({ name: 'old' });
  await ledger.open().apiKeys.update({ id, name: 'new' });
  expect(await ledger.database.store.authenticate(key)).toMatchObject({ name: 'new' });
});

test('an operator sees every key and ends any of them', async () => {
  await using ledger = await openTestLedger();
  const { database } = ledger;
  expect(await database.hasKeys()).toBe(false);
  const ops = await database.createKey({ project: null, name: 'ops', access: 'admin' });
  await database.createKey({ project: 'other', name: 'ci', access: 'read', expiresAt: new Date(0) });

  expect(await database.listKeys()).toMatchObject([
    { name: 'ops', project: null, instance: true },
    { name: 'ci', project: 'other', instance: false },
  ]);
  expect(await database.hasKeys()).toBe(true);
  expect(await database.revokeKey(ops.id)).toBe(true);
  expect(await database.revokeKey(ops.id)).toBe(false);
  expect(await database.hasKeys()).toBe(false);
  expect(await database.store.authenticate(ops.key)).toBeNull();
});

test('a key of no such project is refused', async () => {
  await using ledger = await openTestLedger();
  const call = ledger.database.createKey({ project: 'none', name: 'ci', access: 'read' });
  expect(await refusal(call)).toEqual({ code: 'NOT_FOUND', details: { type: 'project', id: 'none' } });
});
