import type { Services } from '@stepledger/contract';
import { expect, test } from 'vitest';
import { refusal } from './support/errors.ts';
import { openTestLedger } from './support/ledger.ts';
import { runSql } from './support/sql.ts';

interface Mutation {
  /** Makes what the call needs and answers the call and the same with another input. */
  prepare(services: Services): Promise<{ call: Call; other: Call }>;
  /** The rows that tell one change from two. */
  counted: string;
}
type Call = (services: Services, idempotencyKey: string) => Promise<unknown>;

const template = [{ role: 'user', text: 'Hi' }];
const prompt = { name: 'design', template, syntax: 'none', parameters: [] };

const MUTATIONS: Record<string, Mutation> = {
  'projects.create': {
    counted: 'SELECT slug FROM project',
    prepare: async () => ({
      call: ({ projects }, idempotencyKey) => projects.create({ slug: 'new', idempotencyKey }),
      other: ({ projects }, idempotencyKey) => projects.create({ slug: 'newer', idempotencyKey }),
    }),
  },
  'projects.update': {
    counted: 'SELECT slug, name FROM project',
    prepare: async () => ({
      call: ({ projects }, idempotencyKey) => projects.update({ slug: 'first', name: 'A', idempotencyKey }),
      other: ({ projects }, idempotencyKey) => projects.update({ slug: 'first', name: 'B', idempotencyKey }),
    }),
  },
  'apiKeys.create': {
    counted: 'SELECT name FROM api_key',
    prepare: async () => ({
      call: ({ apiKeys }, idempotencyKey) => apiKeys.create({ name: 'a', access: 'read', idempotencyKey }),
      other: ({ apiKeys }, idempotencyKey) => apiKeys.create({ name: 'b', access: 'read', idempotencyKey }),
    }),
  },
  'apiKeys.update': {
    counted: 'SELECT name FROM api_key',
    async prepare({ apiKeys }) {
      const { id } = await apiKeys.create({ name: 'old', access: 'read' });
      return {
        call: (services, idempotencyKey) => services.apiKeys.update({ id, name: 'a', idempotencyKey }),
        other: (services, idempotencyKey) => services.apiKeys.update({ id, name: 'b', idempotencyKey }),
      };
    },
  },
  'apiKeys.revoke': {
    counted: 'SELECT revoked_at FROM api_key',
    async prepare({ apiKeys }) {
      const [one, two] = await Promise.all(
        ['a', 'b'].map((name) => apiKeys.create({ name, access: 'read' })),
      );
      return {
        call: (services, idempotencyKey) => services.apiKeys.revoke({ id: one?.id ?? '', idempotencyKey }),
        other: (services, idempotencyKey) => services.apiKeys.revoke({ id: two?.id ?? '', idempotencyKey }),
      };
    },
  },
  'workflows.define': {
    counted: 'SELECT version FROM workflow_version',
    prepare: async () => ({
      call: ({ workflows }, idempotencyKey) =>
        workflows.define({
          name: 'w',
          steps: [{ name: 'a', kinds: [] }],
          expectedVersion: 0,
          idempotencyKey,
        }),
      other: ({ workflows }, idempotencyKey) =>
        workflows.define({
          name: 'w',
          steps: [{ name: 'b', kinds: [] }],
          expectedVersion: 0,
          idempotencyKey,
        }),
    }),
  },
  'prompts.put': {
    counted: 'SELECT version FROM prompt_version',
    prepare: async () => ({
      call: ({ prompts }, idempotencyKey) => prompts.put({ ...prompt, expectedVersion: 0, idempotencyKey }),
      other: ({ prompts }, idempotencyKey) => prompts.put({ ...prompt, expectedVersion: 1, idempotencyKey }),
    }),
  },
  'prompts.setLabel': {
    counted: 'SELECT label, at FROM prompt_label',
    async prepare({ prompts }) {
      await prompts.put(prompt);
      const target = { name: 'design', version: 1 };
      return {
        call: (services, idempotencyKey) =>
          services.prompts.setLabel({ ...target, label: 'a', idempotencyKey }),
        other: (services, idempotencyKey) =>
          services.prompts.setLabel({ ...target, label: 'b', idempotencyKey }),
      };
    },
  },
  'prompts.removeLabel': {
    counted: 'SELECT label FROM prompt_label',
    async prepare({ prompts }) {
      await prompts.put(prompt);
      for (const label of ['a', 'b']) await prompts.setLabel({ name: 'design', label, version: 1 });
      return {
        call: (services, idempotencyKey) =>
          services.prompts.removeLabel({ name: 'design', label: 'a', idempotencyKey }),
        other: (services, idempotencyKey) =>
          services.prompts.removeLabel({ name: 'design', label: 'b', idempotencyKey }),
      };
    },
  },
  'prompts.delete': {
    counted: 'SELECT name, deleted_at FROM prompt',
    async prepare({ prompts }) {
      await prompts.put(prompt);
      await prompts.put({ ...prompt, name: 'other' });
      return {
        call: (services, idempotencyKey) => services.prompts.delete({ name: 'design', idempotencyKey }),
        other: (services, idempotencyKey) => services.prompts.delete({ name: 'other', idempotencyKey }),
      };
    },
  },
  'runs.delete': {
    counted: 'SELECT key FROM run',
    async prepare({ runs }) {
      const [one, two] = await Promise.all(['a', 'b'].map((key) => runs.start({ key, strict: true })));
      return {
        call: (services, idempotencyKey) => services.runs.delete({ runId: one?.runId ?? '', idempotencyKey }),
        other: (services, idempotencyKey) =>
          services.runs.delete({ runId: two?.runId ?? '', idempotencyKey }),
      };
    },
  },
};

test.each(Object.entries(MUTATIONS))(
  '%s sent eight times at once is one change with eight equal answers',
  async (procedure, { prepare, counted }) => {
    await using ledger = await openTestLedger();
    const { call, other } = await prepare(ledger.open());

    const answers = await Promise.all(Array.from({ length: 8 }, () => call(ledger.open(), 'once')));
    const changed = await runSql(ledger.url, counted);
    answers.push(await call(ledger.open(), 'once'));

    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const requests = `SELECT count(*)::int AS stored FROM request WHERE procedure = '${procedure}'`;
    expect(await runSql(ledger.url, requests)).toMatchObject([{ stored: 1 }]);
    expect(await refusal(other(ledger.open(), 'once'))).toEqual({
      code: 'IDEMPOTENCY_CONFLICT',
      details: { idempotencyKey: 'once', procedure },
    });
    expect(await runSql(ledger.url, counted)).toEqual(changed);
  },
);

test('one key is one key for all procedures of a project, and another key in another project', async () => {
  await using ledger = await openTestLedger();
  await ledger.open().prompts.put({ ...prompt, idempotencyKey: 'once' });
  const deleted = refusal(ledger.open().prompts.delete({ name: 'design', idempotencyKey: 'once' }));
  expect(await deleted).toMatchObject({
    code: 'IDEMPOTENCY_CONFLICT',
    details: { procedure: 'prompts.put' },
  });
  expect(await ledger.openOther().prompts.put({ ...prompt, idempotencyKey: 'once' })).toMatchObject({
    version: 1,
  });
});

test('what was refused is not remembered: the same key works once the reason is gone', async () => {
  await using ledger = await openTestLedger();
  const { prompts } = ledger.open();
  const label = { name: 'design', label: 'production', version: 1, idempotencyKey: 'once' };
  expect(await refusal(prompts.setLabel(label))).toMatchObject({ code: 'NOT_FOUND' });
  await prompts.put(prompt);
  expect(await prompts.setLabel(label)).toMatchObject({ version: 1 });
});
