import { LIMITS, type ResponseHeader } from '@stepledger/contract';
import { openDatabase } from '@stepledger/db';
import { anyText, startTestServer, type TestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { refusalOf } from '../ledger/support/refusals.ts';
import { messages, openIn } from './support/life.ts';

let server: TestServer;
let runId: string;
beforeAll(async () => {
  server = await startTestServer();
  runId = (await server.ledger.run({ key: 'headers' })).id;
});
afterAll(() => server.close());

type Headers = ResponseHeader[] | undefined;

async function headersOf(exchangeId: string) {
  const { attempts } = await server.ledger.exchanges.get({ exchangeId });
  return attempts.map(({ headers }) => headers);
}

const record = async (...all: Headers[]) => {
  const attempts = all.map((headers) => ({ status: 'completed' as const, headers }));
  const step = { name: 'code_step' };
  return (await server.ledger.exchanges.record({ runId, step, messages, response: 'x', attempts }))
    .exchangeId;
};

const SECRET = { name: 'set-cookie', value: 'session=s3cret' };
const ORDERED = ['x-b', 'x-a', 'x-b', 'x-b'].map((name, index) => ({ name, value: `${index}` }));

const anyHeaders = fc.option(
  fc.array(
    fc.record({
      name: fc.constantFrom('x-a', 'x-b', 'via', 'x-ratelimit-remaining-tokens', "!#$%&'*+-.^_`|~0"),
      value: anyText({ maxLength: 60 }),
    }),
    { maxLength: 12 },
  ),
  { nil: undefined },
);

test('headers come back as they were sent: in order, with those of one name, with any value, or not at all', async () => {
  const { exchanges } = server.ledger;
  await fc.assert(
    fc.asyncProperty(anyHeaders, anyHeaders, anyHeaders, async (first, second, third) => {
      const sent = [first, second, third].map((headers) => headers ?? null);
      expect(await headersOf(await record(first, second, third))).toEqual(sent);

      const exchangeId = await openIn(server.ledger, { runId });
      await exchanges.attempt({ exchangeId, attempt: 1, status: 'failed', headers: first });
      expect(await headersOf(exchangeId)).toEqual(sent.slice(0, 1));
      const attempts = [second, third].map((headers, index) => ({
        attempt: index + 2,
        status: 'completed' as const,
        headers,
      }));
      await exchanges.complete({ exchangeId, response: 'x', attempts });
      expect(await headersOf(exchangeId)).toEqual(sent);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

test('as many and as long headers as are allowed are stored, and no more', async () => {
  const value = '\0'.repeat(LIMITS.maxHeadersLength - 1);
  const most = Array.from({ length: LIMITS.maxHeaders }, (_, index) => ({ name: 'a', value: `${index}` }));
  const sent = [[{ name: 'a', value }], most, []];
  expect(await headersOf(await record(...sent))).toEqual(sent);
  expect(await refusalOf(record([{ name: 'ab', value }]))).toMatchObject({
    code: 'BAD_INPUT',
    details: { issues: [{ path: 'attempts[0].headers' }] },
  });
});

test('what may hold a credential is stored nowhere, whoever sends it, and the rest is', async () => {
  await using tables = await openTables(server.databaseUrl);
  const token = { name: 'x-auth-token', value: 's3cret' };
  const [first, ...others] = ORDERED;
  const sent = [SECRET, ...(first ? [first] : []), SECRET, token, ...others];
  const link = { name: 'link', value: '<https://llm.example/a?sig=s3cret>; rel=next' };
  expect(await headersOf(await record(sent, [SECRET], [link]))).toEqual([
    ORDERED,
    [],
    [{ name: 'link', value: '<https://llm.example/a>; rel=next' }],
  ]);
  for (const table of tables.names) {
    expect(await tables.query(`SELECT FROM "${table}" t WHERE strpos(t::text, 's3cret') > 0`)).toEqual([]);
  }
});

test('a fork has the headers of its origin, and a look at the past those of then', async () => {
  const run = await server.ledger.run({ key: 'forked' });
  const { exchangeId } = await run.step('code_step').record({
    prompt: 'x',
    response: 'y',
    attempts: [{ status: 'completed', headers: ORDERED }, { status: 'completed' }],
  });
  const { closedRevision } = await server.ledger.exchanges.get({ exchangeId });
  await run.update({ goal: 'later' });
  const past = await server.ledger.exchanges.get({ exchangeId, asOf: { revision: closedRevision ?? 0 } });
  expect(past.attempts.map(({ headers }) => headers)).toEqual([ORDERED, null]);

  const fork = await run.fork({ key: 'the fork' });
  const [copy] = await fork.exchanges.list();
  expect(copy?.id).not.toBe(exchangeId);
  expect(await headersOf(copy?.id ?? '')).toEqual([ORDERED, null]);
});

test('of attempts that were stored before headers were, it is known that they were not recorded', async () => {
  await using old = await startTestServer();
  await using tables = await openTables(old.databaseUrl);
  const { exchangeId } = await (await old.ledger.run({ key: 'old' })).step('code_step').record({
    prompt: 'x',
    response: 'y',
    attempts: [{ status: 'completed', contentType: 'text/plain' }],
  });
  await tables.query('ALTER TABLE exchange_attempt DROP COLUMN headers');
  await tables.query(`DELETE FROM mikro_orm_migrations WHERE name = '0012-response-headers'`);
  await using database = await openDatabase({ url: old.databaseUrl });
  await database.migrate();
  const { attempts } = await old.ledger.exchanges.get({ exchangeId });
  expect(attempts).toMatchObject([{ contentType: 'text/plain', headers: null }]);
});
