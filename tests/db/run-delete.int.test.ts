import type { Services } from '@stepledger/contract';
import { expect, test } from 'vitest';
import { refusal } from './support/errors.ts';
import { openTestLedger } from './support/ledger.ts';
import { runSql } from './support/sql.ts';

const ALL = { withPrompt: true, withResponse: true };
const user = (content: string) => ({ role: 'user', content, format: 'text' as const });
const assistant = (content: string) => ({ role: 'assistant', content, format: 'text' as const });

type Message = ReturnType<typeof user> | ReturnType<typeof assistant>;

async function startRun(services: Services, key: string): Promise<string> {
  return (await services.runs.start({ key, strict: true })).runId;
}

function recordStep(
  services: Services,
  runId: string,
  messages: Message[],
  texts: { response: string; document: string },
) {
  return services.exchanges.record({
    runId,
    step: { name: 'design', key: '' },
    messages,
    response: texts.response,
    attempts: [{ status: 'failed', request: `request of ${texts.response}`, response: { base64: 'AAEC' } }],
    documents: [{ kind: 'design', text: texts.document, links: [] }],
  });
}

const everyTable = `SELECT
  (SELECT count(*) FROM run) + (SELECT count(*) FROM step) + (SELECT count(*) FROM message)
  + (SELECT count(*) FROM exchange) + (SELECT count(*) FROM exchange_attempt) + (SELECT count(*) FROM parse)
  + (SELECT count(*) FROM document) + (SELECT count(*) FROM document_version) + (SELECT count(*) FROM link)
  + (SELECT count(*) FROM entry) + (SELECT count(*) FROM run_prompt) + (SELECT count(*) FROM blob) AS rows`;
const texts = `SELECT content FROM blob WHERE encoding = 'utf8' ORDER BY content`;
const roles = 'SELECT count(*)::int AS messages FROM message';

test('a deleted run leaves nothing behind', async () => {
  await using ledger = await openTestLedger();
  const services = ledger.open();
  const runId = await startRun(services, 'todo');
  for (const n of [1, 2, 3]) {
    await recordStep(services, runId, [user('Hi'), assistant(`${n}`)], {
      response: `r${n}`,
      document: `d${n}`,
    });
  }

  expect(await services.runs.delete({ runId })).toEqual({ runId, key: 'todo' });

  expect(await runSql(ledger.url, everyTable)).toEqual([{ rows: '0' }]);
  const gone = { code: 'NOT_FOUND', details: { type: 'run', id: runId } };
  expect(await refusal(services.runs.get({ runId }))).toEqual(gone);
  expect(await refusal(services.runs.delete({ runId }))).toEqual(gone);
  expect(await refusal(services.entries.list({ runId, fromRevision: 1, limit: 1, order: 'oldest' }))).toEqual(
    gone,
  );
});

test('what other runs still show is kept: their conversations to the root, their texts', async () => {
  await using ledger = await openTestLedger();
  const services = ledger.open();
  const [doomed, kept] = [await startRun(services, 'doomed'), await startRun(services, 'kept')];
  const opening = [user('system'), user('shared question')];
  // The doomed run has a longer and a forked conversation; the kept one ends in the middle of them.
  await recordStep(services, doomed, [...opening, assistant('a'), user('b')], {
    response: 'r1',
    document: 'same',
  });
  await recordStep(services, doomed, [...opening, assistant('fork')], { response: 'r2', document: 'd2' });
  const { exchangeId } = await recordStep(services, kept, [...opening, assistant('a')], {
    response: 'r3',
    document: 'same',
  });

  await services.runs.delete({ runId: doomed });

  const { messages } = await services.exchanges.get({ ...ALL, exchangeId });
  expect(messages.map(({ content }) => content)).toEqual(['system', 'shared question', 'a']);
  expect(await runSql(ledger.url, roles)).toEqual([{ messages: 3 }]);
  expect((await runSql<{ content: string }>(ledger.url, texts)).map(({ content }) => content)).toEqual(
    ['a', 'r3', 'request of r3', 'same', 'shared question', 'system'].sort(),
  );
});

test('a run of another project is NOT_FOUND and stays, and shared texts stay with their projects', async () => {
  await using ledger = await openTestLedger();
  const runId = await startRun(ledger.open(), 'todo');
  await recordStep(ledger.open(), runId, [user('Hi')], { response: 'r', document: 'd' });
  const otherId = await startRun(ledger.openOther(), 'todo');
  await recordStep(ledger.openOther(), otherId, [user('Hi')], { response: 'r', document: 'd' });

  expect(await refusal(ledger.openOther().runs.delete({ runId }))).toMatchObject({ code: 'NOT_FOUND' });
  await ledger.open().runs.delete({ runId });

  expect(await runSql(ledger.url, roles)).toEqual([{ messages: 1 }]);
  expect(
    await ledger
      .openOther()
      .documents.get({ runId: otherId, kind: 'design', withText: true, includeDeleted: false }),
  ).toMatchObject({ text: 'd' });
});

test('runs that share all their texts can be deleted at once, and the last takes the texts along', async () => {
  await using ledger = await openTestLedger();
  const runIds = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      const runId = await startRun(ledger.open(), `run ${index}`);
      await recordStep(ledger.open(), runId, [user('Hi'), assistant('Ho')], { response: 'r', document: 'd' });
      return runId;
    }),
  );

  await Promise.all(runIds.map((runId) => ledger.open().runs.delete({ runId })));

  expect(await runSql(ledger.url, everyTable)).toEqual([{ rows: '0' }]);
});

test('steps recorded while runs with the same texts are deleted keep their texts', async () => {
  await using ledger = await openTestLedger();
  const kept = await startRun(ledger.open(), 'kept');
  const turns = Array.from({ length: 12 }, (_, index) => index);
  await Promise.all([
    ...turns.map(async (turn) => {
      const runId = await startRun(ledger.open(), `doomed ${turn}`);
      await recordStep(ledger.open(), runId, [user('Hi')], { response: 'r', document: 'd' });
      await ledger.open().runs.delete({ runId });
    }),
    ...turns.map(() => recordStep(ledger.open(), kept, [user('Hi')], { response: 'r', document: 'd' })),
  ]);

  const { items } = await ledger.open().exchanges.list({ runId: kept, limit: 100, order: 'oldest' });
  expect(items).toHaveLength(turns.length);
  for (const { id } of items) {
    expect(await ledger.open().exchanges.get({ ...ALL, exchangeId: id })).toMatchObject({
      messages: [{ content: 'Hi' }],
      responseText: 'r',
    });
  }
  expect((await ledger.open().runs.list({ limit: 10 })).items).toMatchObject([{ id: kept }]);
});
