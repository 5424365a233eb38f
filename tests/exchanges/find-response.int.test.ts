import { createStepledger } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { explainScans, stopAutovacuum } from '../ledger/support/plans.ts';
import { watchSql } from '../ledger/support/watch-sql.ts';
import { toSha256 } from '../procedures/support/ids.ts';
import { messages, toBase64 } from './support/life.ts';

const step = { name: 'code_step' };
const request = '{"messages":[]}';
const requestSha256 = toSha256(request);

test('the newest good answer to an equal request is found, of parsed exchanges unless asked otherwise', async () => {
  await using server = await startTestServer();
  const { exchanges, parses, documents } = server.ledger;
  const { id: runId } = await server.ledger.run({ key: 'replayed' });
  const good = { status: 'completed' as const, httpStatus: 200, request };
  const record = async (attempts: object[], more: object = {}) =>
    (await exchanges.record({ runId, step, messages, response: 'raw', attempts: attempts as [], ...more }))
      .exchangeId;
  const find = async (more: object = {}) => (await exchanges.findResponse({ requestSha256, ...more })).found;

  // Nothing of these is an answer to be replayed.
  await record([{ ...good, request: 'another', response: 'x' }]);
  await record([{ ...good, status: 'failed', response: 'x' }]);
  await record([{ ...good, httpStatus: 500, response: 'x' }]);
  await record([{ ...good, httpStatus: undefined, response: 'x' }]);
  await record([good]);
  await record([{ ...good, response: 'x' }], { error: 'content filter' });
  const { exchangeId: openId } = await exchanges.open({ runId, step, messages });
  await exchanges.attempt({ exchangeId: openId, attempt: 1, ...good, response: 'x' });
  expect(await find({ parsed: false })).toBeNull();

  const first = await record([
    { ...good, status: 'failed', httpStatus: 429, response: 'busy' },
    { ...good, httpStatus: 201, contentType: 'text/event-stream', response: 'first' },
  ]);
  const found = {
    exchangeId: first,
    attempt: 2,
    httpStatus: 201,
    contentType: 'text/event-stream',
    response: `${toSha256('first')}.utf8`,
  };
  expect(await find({ parsed: false })).toEqual(found);
  expect(await find()).toBeNull();
  await parses.record({ exchangeId: first, status: 'failed', error: 'no code' });
  expect(await find()).toBeNull();
  await parses.record({ exchangeId: first });
  expect(await find()).toEqual(found);

  // The same bytes, stored as a body rather than as a text.
  const second = await record([{ ...good, request: toBase64(request), response: toBase64('second') }], {
    documents: [{ kind: 'code', text: 'secret' }],
  });
  expect(await find()).toMatchObject({ exchangeId: second, contentType: null });
  await exchanges.complete({ exchangeId: openId, response: 'x' });
  expect(await find({ parsed: false })).toMatchObject({ exchangeId: second });

  const [document] = (await documents.list({ runId, kind: 'code' })).items;
  await documents.purge({ documentId: document?.id ?? '', cascade: true });
  expect(await find()).toEqual(found);

  const elsewhere = createStepledger({ url: server.url, project: 'elsewhere' });
  await server.ledger.projects.create({ slug: 'elsewhere' });
  expect(await elsewhere.exchanges.findResponse({ requestSha256, parsed: false })).toEqual({ found: null });
});

test('however many asked the same, one answer is looked at', { timeout: 120_000 }, async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  await stopAutovacuum(tables);
  const { exchanges } = server.ledger;
  const { id: runId } = await server.ledger.run({ key: 'asked often' });
  const attempts = [{ status: 'completed' as const, httpStatus: 200, request, response: 'x' }];
  const { exchangeId } = await exchanges.record({
    runId,
    step,
    messages,
    response: 'x',
    attempts,
    parse: {},
  });
  await tables.query(
    `WITH more AS (
      INSERT INTO exchange (project_id, id, run_id, step_id, opened_revision, opened_at, status, message_count,
        metadata, parse_count, parsed_revision)
      SELECT e.project_id, gen_random_uuid(), run_id, step_id, 2, opened_at, 'completed', 0, '{}', 1, 2
      FROM exchange e, generate_series(1, 5000) WHERE e.id = $1 RETURNING project_id, id)
    INSERT INTO exchange_attempt (project_id, exchange_id, attempt, status, http_status, request_sha256,
      request_encoding, response_sha256, response_encoding)
    SELECT a.project_id, m.id, 1, a.status, a.http_status, a.request_sha256, a.request_encoding, a.response_sha256,
      a.response_encoding
    FROM more m JOIN exchange_attempt a ON a.exchange_id = $1`,
    [exchangeId],
  );
  await tables.query('ANALYZE');
  await exchanges.findResponse({ requestSha256 });
  using sql = watchSql();
  await exchanges.findResponse({ requestSha256 });
  const statement = sql.sent.at(-1) ?? { text: '', values: [] };
  const scans = await explainScans(server.databaseUrl, { statement, plan: 'generic', before: '' });
  expect(scans.map(({ table }) => table)).toEqual(expect.arrayContaining(['exchange_attempt', 'exchange']));
  expect(scans.filter(({ rows }) => rows > 1)).toEqual([]);
});
