import { isLedgerError, type StepledgerError } from '@stepledger/client';
import { LIMITS } from '@stepledger/contract';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';

const step = { name: 'design_step', key: 'first' };

async function failureOf(call: Promise<unknown>): Promise<Pick<StepledgerError, 'code' | 'details'>> {
  const error: unknown = await call.then(
    () => null,
    (refused: unknown) => refused,
  );
  if (!isLedgerError(error)) throw error;
  return { code: error.code, details: error.details };
}

test('a line leads to the version, parse, exchange, prompt and variables that wrote it', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const run = await ledger.run({ key: 'todo-app' });
  await ledger.prompts.put({ name: 'design', template: 'Design {{it}}.' });
  const recorded = await ledger.exchanges.record({
    runId: run.id,
    step,
    prompt: { name: 'design' },
    messages: [{ role: 'user', content: 'Design todos.' }],
    variables: { it: 'todos' },
    model: 'gpt-5',
    response: 'one\ntwo\n',
    parse: { parser: 'lines', parserVersion: '3' },
    documents: [{ kind: 'design', text: 'one\ntwo\n' }],
  });
  const design = await run.documents.get('design');
  await design.update({ text: 'one\nTWO\n', author: 'anna' });
  await design.update({ status: 'approved' });

  const blame = await design.blame();
  expect(blame).toMatchObject({ documentId: design.id, version: 3, unknown: null });
  expect(blame.lines).toEqual([
    { from: 1, to: 1, version: 1 },
    { from: 2, to: 2, version: 2 },
  ]);
  const { exchangeId, parseId } = recorded;
  expect(blame.versions).toMatchObject([
    { version: 2, author: 'anna', step: null, exchangeId: null, parse: null, prompt: null, variables: null },
    {
      version: 1,
      revision: recorded.revision,
      step,
      exchangeId,
      parse: { id: parseId, parser: 'lines', parserVersion: '3' },
      prompt: { name: 'design', version: 1 },
      variables: { it: 'todos' },
      model: 'gpt-5',
      purgedBefore: [],
    },
  ]);

  const line = await design.blame(1);
  expect(line).toEqual({ ...blame, lines: blame.lines.slice(0, 1), versions: blame.versions.slice(1) });
});

test('what was restored, or saved again as it was, is of the version that wrote it', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'restored' });
  const design = await run.documents.put({ kind: 'design', text: 'a\n' });
  for (const text of ['a\nb\n', 'x\n']) await design.update(text);
  await design.restore(2);
  await design.update('a\nb\n');
  await design.delete();
  await design.undelete();
  await design.update('a\nb\nc\n');

  const { lines } = await design.blame();
  expect(lines).toEqual([
    { from: 1, to: 1, version: 1 },
    { from: 2, to: 2, version: 2 },
    { from: 3, to: 3, version: 8 },
  ]);
});

test('purged versions are passed over and named where a line may be theirs', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'purged' });
  const design = await run.documents.put({ kind: 'design', text: 'a\n' });
  for (const text of ['a\nb\n', 'a\nb\nc\n', 'a\nb\nc\nd\n']) await design.update(text);
  await design.purge({ versions: [2, 3] });

  const { lines, versions } = await design.blame();
  expect(lines).toEqual([
    { from: 1, to: 1, version: 1 },
    { from: 2, to: 4, version: 4 },
  ]);
  expect(versions).toMatchObject([
    { version: 4, purgedBefore: [3, 2] },
    { version: 1, purgedBefore: [] },
  ]);
  await design.purge({ versions: [1] });
  expect((await design.blame(1)).versions).toMatchObject([{ version: 4, purgedBefore: [3, 2, 1] }]);
});

test('what cannot be blamed is said so', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'refused' });
  const design = await run.documents.put({ kind: 'design', text: 'a\n' });
  const { id } = design;
  const { links } = server.ledger;
  expect(await failureOf(design.blame(2))).toMatchObject({
    code: 'BAD_INPUT',
    details: { issues: [{ path: 'line' }] },
  });
  expect(await failureOf(links.blame({ documentId: id, version: 2 }))).toEqual({
    code: 'NOT_FOUND',
    details: { type: 'document version', id: `${id}@2` },
  });
  await design.update('b\n');
  await design.purge({ versions: [1] });
  expect(await failureOf(links.blame({ documentId: id, version: 1 }))).toMatchObject({ code: 'PURGED' });
  await design.delete();
  expect(await failureOf(links.blame({ documentId: id }))).toMatchObject({ code: 'DELETED' });
});

test('a document of more texts than are looked at is blamed as far as they go', {
  timeout: 120_000,
}, async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'long' });
  const design = await run.documents.put({ kind: 'design', text: 'first\n' });
  const newest = LIMITS.maxBlameVersions + 1;
  for (let n = 2; n <= newest; n++) await design.update(`first\n${n}\n`);

  expect(await design.blame()).toMatchObject({
    lines: [
      { from: 1, to: 1, version: null },
      { from: 2, to: 2, version: newest },
    ],
    unknown: 'too_long',
  });
  expect(await design.blame(2)).toMatchObject({ lines: [{ version: newest }], unknown: null });
});
