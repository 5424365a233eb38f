import { LIMITS } from '@stepledger/contract';
import { bigText, startTestServer, type TestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { refusalOf } from '../ledger/support/refusals.ts';
import { changedFields } from '../ledger/support/texts.ts';

const SEED = 5;
const FIVE_MB = 5_000_000;
/** Large texts on a busy machine. */
const SLOW_MS = 120_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** Once a text that UTF-8 can hold, once one that it cannot. */
const fiveMegabytes = () => {
  const [plain = '', strange = ''] = fc
    .sample(bigText(FIVE_MB - 1), { numRuns: 2, seed: SEED })
    .map((text) => text.toWellFormed().replaceAll('\0', ' '));
  return [`${plain}x`, `\ud800${strange}`] as const;
};

test('texts of 5 MB come back identical from every field that may be that long', {
  timeout: SLOW_MS,
}, async () => {
  const { ledger } = server;
  const { id: runId } = await ledger.run({ key: 'five-megabytes' });
  const [plain, strange] = fiveMegabytes();
  const variables = { requirement: strange };
  const { exchangeId, documents } = await ledger.exchanges.record({
    runId,
    step: { name: 'design_step' },
    messages: [{ role: 'user', content: plain }],
    variables,
    response: strange,
    attempts: [{ status: 'completed', request: plain, response: strange }],
    documents: [{ kind: 'plain', text: plain }],
  });
  await ledger.prompts.put({ name: 'five-megabytes', template: strange, syntax: 'none' });
  const [exchange, prompt, document] = await Promise.all([
    ledger.exchanges.get({ exchangeId }),
    ledger.prompts.get({ name: 'five-megabytes' }),
    ledger.documents.get({ documentId: documents[0]?.documentId ?? '' }),
  ]);
  const [request, response] = await Promise.all(
    [exchange.attempts[0]?.request, exchange.attempts[0]?.response].map((blob) =>
      ledger.blobs.get(blob?.id ?? ''),
    ),
  );

  const changed = changedFields([
    ['messages', plain, exchange.messages[0]?.content],
    ['variables', variables, exchange.variables],
    ['response', strange, exchange.responseText],
    ['attempts.request', plain, Buffer.from(request ?? []).toString('utf8')],
    ['attempts.response', strange, Buffer.from(response ?? []).toString('utf16le')],
    ['template', strange, prompt.template[0]?.text],
    ['documents', plain, document.text],
  ]);
  expect(changed).toEqual([]);
});

const exact = {
  'one byte a character': ['a'.repeat(LIMITS.maxTextBytes), 'a'],
  'three bytes a character': [`${'€'.repeat(LIMITS.maxTextBytes / 3)}a`, 'a'],
  'UTF-16 for a lone surrogate': [`\udfff${'b'.repeat(LIMITS.maxTextBytes / 2 - 1)}`, 'b'],
} as const;

test.each(Object.entries(exact))(
  'a text of exactly 16 MiB is stored and no byte more: %s',
  { timeout: SLOW_MS },
  async (name, [text, more]) => {
    const { ledger, databaseUrl } = server;
    const { id: runId } = await ledger.run({ key: `16 MiB, ${name}` });
    await using tables = await openTables(databaseUrl);

    const { documentId } = await ledger.documents.put({ runId, kind: 'large', text });
    const stored = await ledger.documents.get({ documentId });
    expect(stored.text === text).toBe(true);
    expect(stored.content?.size).toBe(LIMITS.maxTextBytes);

    const before = await tables.count();
    const larger = { runId, kind: 'larger', text: `${text}${more}` };
    const refused = await refusalOf(ledger.documents.putMany({ runId, documents: [larger] }));
    expect(refused).toEqual({
      code: 'BAD_INPUT',
      details: {
        issues: [
          { path: 'documents[0].text', reason: `must be at most ${LIMITS.maxTextBytes} bytes when stored` },
        ],
      },
    });
    expect(await tables.count()).toEqual(before);
  },
);

test('short exact texts are stored up to their length and no code unit more', {
  timeout: SLOW_MS,
}, async () => {
  const { ledger } = server;
  const { id: runId } = await ledger.run({ key: 'short texts' });
  const note = '\0'.repeat(LIMITS.maxNoteLength);
  const error = `\ud800${'é'.repeat(LIMITS.maxErrorLength - 1)}`;
  const step = { name: 'test_step' };

  await ledger.runs.update({ runId, goal: note });
  await ledger.steps.fail({ runId, step, error });
  expect((await ledger.runs.get({ runId })).goal === note).toBe(true);
  expect((await ledger.steps.get({ runId, step })).error === error).toBe(true);

  const refused = await Promise.all([
    refusalOf(ledger.runs.update({ runId, goal: `${note} ` })),
    refusalOf(ledger.documents.put({ runId, kind: 'notes', text: '', note: `${note} ` })),
    refusalOf(ledger.steps.fail({ runId, step, error: `${error} ` })),
  ]);
  expect(refused.map(({ code }) => code)).toEqual(['BAD_INPUT', 'BAD_INPUT', 'BAD_INPUT']);
  expect(refused.map(({ details }) => details)).toMatchObject([
    { issues: [{ path: 'goal' }] },
    { issues: [{ path: 'note' }] },
    { issues: [{ path: 'error' }] },
  ]);
});
