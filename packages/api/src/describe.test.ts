import type { Services } from '@stepledger/contract';
import { ERRORS } from '@stepledger/contract';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { describeProcedures } from './describe.ts';

type Features = Omit<Services, 'blobs'>;

/** The service interfaces once more, as values; the compiler refuses a method too many or too few. */
const METHODS: { [F in keyof Features]: Record<keyof Features[F], true> } = {
  projects: { create: true, get: true, list: true, update: true },
  apiKeys: { create: true, get: true, list: true, update: true, revoke: true },
  workflows: { define: true, get: true, list: true, history: true },
  prompts: {
    put: true,
    get: true,
    list: true,
    history: true,
    diff: true,
    setLabel: true,
    removeLabel: true,
    usage: true,
    uses: true,
    render: true,
    delete: true,
  },
  runs: {
    start: true,
    get: true,
    list: true,
    update: true,
    complete: true,
    fork: true,
    compare: true,
    diff: true,
    overview: true,
    work: true,
    delete: true,
  },
  steps: { start: true, complete: true, fail: true, get: true, list: true },
  exchanges: {
    open: true,
    append: true,
    heartbeat: true,
    attempt: true,
    complete: true,
    fail: true,
    record: true,
    get: true,
    list: true,
    received: true,
    findResponse: true,
  },
  parses: { record: true, list: true },
  documents: {
    create: true,
    put: true,
    putMany: true,
    update: true,
    get: true,
    list: true,
    byStep: true,
    byParse: true,
    history: true,
    diff: true,
    restore: true,
    delete: true,
    undelete: true,
    purge: true,
    ready: true,
    claims: true,
    claim: true,
    renew: true,
    release: true,
  },
  links: { add: true, remove: true, list: true, graph: true, stale: true, accept: true, blame: true },
  context: { build: true },
  entries: { list: true, subscribe: true },
  search: { query: true, verify: true, rebuild: true },
  stats: { exchanges: true },
  system: { health: true, version: true, stats: true, storage: true },
  transfers: { units: true, export: true, blobs: true, inspect: true, import: true },
};

const procedures = describeProcedures();

test('the router has the methods of the services and no others', () => {
  const methods = Object.entries(METHODS).flatMap(([feature, names]) =>
    Object.keys(names).map((name) => `${feature}.${name}`),
  );
  expect(procedures.map(({ path }) => path).toSorted()).toEqual(methods.toSorted());
});

describe.each(procedures)('$path', ({ summary, access, errors, input, output }) => {
  test('says in one sentence what it does', () => {
    expect(summary).toMatch(/^[A-Z].{10,80}[a-z]\.$/);
    expect(summary).not.toContain('\n');
  });

  test('declares access and errors', () => {
    expect(['read', 'write', 'admin', 'instance']).toContain(access);
    expect(Object.keys(ERRORS)).toEqual(expect.arrayContaining(errors));
    expect(new Set(errors).size).toBe(errors.length);
  });

  test('has an input and an output that can be told as JSON Schema', () => {
    const options = { unrepresentable: 'any', io: 'input' } as const;
    expect(JSON.stringify(z.toJSONSchema(input, options))).toContain('object');
    expect(z.toJSONSchema(output, options)).toMatchObject({ type: 'object' });
  });

  test('refuses unknown fields', () => {
    const result = input.safeParse({ noSuchField: 1 });
    expect(result.success).toBe(false);
    expect(JSON.stringify(result.error?.issues)).toMatch(/noSuchField|invalid_union/);
  });
});

const mutations = procedures.filter(({ kind }) => kind === 'mutation');

test.each(mutations)('$path takes an idempotency key and needs more than read access', (mutation) => {
  const schema = z.toJSONSchema(mutation.input, { unrepresentable: 'any', io: 'input' });
  expect(Object.keys(schema.properties ?? {})).toContain('idempotencyKey');
  expect(mutation.errors).toContain('IDEMPOTENCY_CONFLICT');
  expect(mutation.access).not.toBe('read');
});
