import { randomUUID } from 'node:crypto';
import { idSchema } from '@stepledger/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CASES, type Case, FULL_CASES } from './samples/index.ts';
import { type Api, codeOf, createApi, type Outcome } from './support/api.ts';
import { fieldsOf, jsonWith } from './support/fields.ts';
import { type ProcedureServer, startProcedureServer } from './support/server.ts';
import { CANARY, createWorld, freshWord, type World } from './support/world.ts';

const INSTANCE_KEY = `${CANARY}-instance-key`;

let server: ProcedureServer;
let world: World;
let operator: Api;

beforeAll(async () => {
  server = await startProcedureServer({ instanceKey: INSTANCE_KEY });
  operator = server.operator.with({ authorization: `Bearer ${INSTANCE_KEY}` });
  world = await createWorld(operator);
});
afterAll(() => server.close());

function callerOf({ access }: Case): Api {
  const api = access === 'instance' ? operator : world.api;
  return api.with({ 'x-stepledger-actor': freshWord() });
}

/** The log tells nothing of what was sent: every name, text and key of these tests holds the canary. */
function expectSilentLog(): void {
  const secret = world.key.slice(world.key.lastIndexOf('_') + 1);
  const told = server
    .log()
    .split('\n')
    .filter((line) =>
      [CANARY, secret, Buffer.from('The text of').toString('base64')].some((word) => line.includes(word)),
    );
  expect(told).toEqual([]);
}

test('the log tells nothing of what calls bring, whether they succeed or are refused', async () => {
  for (const example of FULL_CASES) {
    const { path, input: schema } = example;
    const input = await example.sample(world);
    const caller = callerOf(example);
    const unknown = fieldsOf(schema, input).find(({ schema: type, value }) => type === idSchema && value);
    const refused = await caller.sendMany(path, [
      jsonWith(input, [freshWord()], freshWord()),
      ...(unknown ? [jsonWith(input, unknown.path, randomUUID())] : []),
    ]);
    expect(refused.map(codeOf), example.title).not.toContain('ok');
    expect(codeOf(await caller.send(path, { ...(input as object), ...keyFor(example) })), example.title).toBe(
      'ok',
    );
    // Mostly a conflict now: its message names what is in the way.
    await caller.send(path, input);
  }
  expect(server.log().split('\n').length).toBeGreaterThan(FULL_CASES.length * 3);
  expectSilentLog();
});

function keyFor({ kind }: Case): object {
  return kind === 'mutation' ? { idempotencyKey: freshWord() } : {};
}

test('the log tells nothing of addresses, headers and bodies that lead nowhere', async () => {
  const { api } = world;
  await api.http('GET', `/trpc/runs.get?input=${encodeURIComponent(JSON.stringify({ key: freshWord() }))}`);
  await api.http('POST', `/trpc/${freshWord()}`, { body: '{}' });
  await api.http('POST', '/trpc/runs.start', { body: `{"key":"${freshWord()}"` });
  await api.http('POST', '/trpc/runs.start', { body: freshWord(), type: `text/${freshWord()}` });
  await api.http('GET', `/${freshWord()}?${freshWord()}`);
  await api.http('GET', `/raw/${freshWord()}`);
  await api.http('PUT', `/raw?encoding=${freshWord()}`, {
    body: freshWord(),
    type: 'application/octet-stream',
  });
  await api.http('PUT', '/raw?encoding=utf8', { body: `\0${freshWord()}`, type: 'application/octet-stream' });
  for (const headers of [
    { authorization: `Bearer ${freshWord()}` },
    { authorization: freshWord() },
    { 'x-stepledger-project': freshWord() },
    { 'x-stepledger-actor': `${freshWord()}%` },
    { 'x-stepledger-api': freshWord() },
    { origin: `https://${freshWord()}.example` },
    { host: `${freshWord()}.example` },
    { 'x-forwarded-for': freshWord() },
  ]) {
    await createApi(operator.url, headers).send('runs.list', {});
  }
  expectSilentLog();
});

const INTERNAL = { code: 'INTERNAL', details: { requestId: expect.any(String) } };

function failuresOf(outcomes: Outcome[]) {
  return outcomes.map((outcome) =>
    outcome.ok ? 'ok' : { code: outcome.failure.code, details: outcome.failure.details },
  );
}

test('when the database refuses every write and quotes the row, neither answer nor log quotes it', async () => {
  const calls = await prepare(({ kind }) => kind === 'mutation');
  const { rows } = server;
  await rows.query(`CREATE FUNCTION quote_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'no %', coalesce(NEW, OLD)::text USING DETAIL = coalesce(NEW, OLD)::text, HINT = ${`'${CANARY}'`}; END $$`);
  for (const table of rows.tables) {
    await rows.query(`CREATE TRIGGER quote_row BEFORE INSERT OR UPDATE OR DELETE ON "${table}"
      FOR EACH ROW EXECUTE FUNCTION quote_row()`);
  }
  const before = await rows.fingerprint();

  const outcomes = await sendAll(calls);

  expect(await rows.fingerprint()).toEqual(before);
  await rows.query('DROP FUNCTION quote_row CASCADE');
  // What runs already needs no write to be started.
  const titles = calls.map(({ example }) => example.title);
  expect(failuresOf(outcomes)).toEqual(
    titles.map((title) => (title.endsWith('runs already') ? 'ok' : INTERNAL)),
  );
  for (const { ok, body } of outcomes) if (!ok) expect(body).not.toContain(CANARY);
  expect(server.log().split('"msg":"failed"').length).toBeGreaterThan(calls.length - 2);
  expectSilentLog();
});

test('when the database does not understand a query, neither answer nor log quotes it', async () => {
  const calls = await prepare(({ kind }) => kind === 'query');
  const { rows } = server;
  const columns = await rows.query<{ table_name: string }>(
    `SELECT table_name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'project_id' AND table_name <> 'api_key'`,
  );
  const rename = async (from: string, to: string) => {
    for (const { table_name: table } of columns)
      await rows.query(`ALTER TABLE "${table}" RENAME ${from} TO ${to}`);
  };
  await rename('project_id', 'tenant_id');

  const outcomes = await sendAll(calls);

  await rename('tenant_id', 'project_id');
  const failed = outcomes.filter(({ ok }) => !ok);
  expect(failed.length).toBeGreaterThan(20);
  expect(failuresOf(failed)).toEqual(failed.map(() => INTERNAL));
  for (const { body } of failed) expect(body).not.toContain(CANARY);
  expectSilentLog();
  expect((await sendAll(calls)).map(codeOf)).toEqual(calls.map(() => 'ok'));
});

type Call = { example: Case; input: unknown };

async function prepare(wanted: (example: Case) => boolean): Promise<Call[]> {
  const calls: Call[] = [];
  for (const example of CASES.filter(wanted)) calls.push({ example, input: await example.sample(world) });
  return calls;
}

async function sendAll(calls: Call[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { example, input } of calls) outcomes.push(await callerOf(example).send(example.path, input));
  return outcomes;
}
