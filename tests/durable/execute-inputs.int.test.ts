import { createStepledger, type ExecuteInput } from '@stepledger/client';
import { startTestServer, textOfBytes } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { createLlm, openRun, parse } from './support/design.ts';

const bad: [field: string, input: Record<string, unknown>][] = [
  ['prompt', { prompt: undefined }],
  ['prompt', { prompt: 5 }],
  ['uses', { uses: 'a document' }],
  ['uses[0]', { uses: [null] }],
  ['uses[1]', { uses: [{ documentId: 'a', version: 1 }, 'b'] }],
  ['call', { call: 'an answer' }],
  ['parse', { parse: undefined }],
  ['parse.version', { parse: { name: 'design', parse } }],
  ['parse.name', { parse: { name: '', version: '1', parse } }],
  ['parse.parse', { parse: { name: 'design', version: '1' } }],
  ['maxAttempts', { maxAttempts: 0 }],
  ['maxAttempts', { maxAttempts: -1 }],
  ['maxAttempts', { maxAttempts: Number.NaN }],
  ['leaseSeconds', { leaseSeconds: -1 }],
  ['leaseSeconds', { leaseSeconds: Number.NaN }],
  ['timeoutMs', { timeoutMs: -1 }],
  ['timeoutMs', { timeoutMs: Number.POSITIVE_INFINITY }],
  ['signal', { signal: {} }],
];

test('what is wrong with the input is named, all of it at once, and nothing is sent', async () => {
  await using server = await startTestServer();
  let sent = 0;
  const counting: typeof fetch = (...args) => {
    sent += 1;
    return fetch(...args);
  };
  const { step } = await openRun(createStepledger({ url: server.url, spool: false, fetch: counting }));
  const { asked, call } = createLlm();
  sent = 0;

  for (const [path, input] of bad) {
    const executed = step.execute({ prompt: 'Design it.', call, parse, ...input } as ExecuteInput);
    await expect(executed, path).rejects.toMatchObject({
      code: 'BAD_INPUT',
      details: { issues: [{ path }] },
    });
  }
  const worst = step.execute({ prompt: 'Design it.', call, maxAttempts: 0, timeoutMs: 0 } as never);
  await expect(worst).rejects.toMatchObject({
    details: { issues: [{ path: 'parse' }, { path: 'maxAttempts' }, { path: 'timeoutMs' }] },
  });
  expect(asked).toEqual([]);
  expect(sent).toBe(0);
});

test('what only the ledger can know of the input is refused before the LLM is asked', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  await ledger.projects.create({ slug: 'elsewhere', name: 'Elsewhere' });
  const elsewhere = await openRun(createStepledger({ url: server.url, project: 'elsewhere', spool: false }));
  const foreign = await elsewhere.run.documents.put({ kind: 'requirement', text: 'Todos.' });
  const { step } = await openRun(ledger);
  const { asked, call } = createLlm();
  const execute = (input: Partial<ExecuteInput>) =>
    step.execute({ prompt: 'Design it.', call, parse, ...input });

  const id = `${foreign.id}@1`;
  await expect(execute({ uses: [foreign] })).rejects.toMatchObject({ code: 'NOT_FOUND', details: { id } });
  await expect(execute({ prompt: { name: 'none' } })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(execute({ prompt: [] })).rejects.toMatchObject({
    code: 'BAD_INPUT',
    details: { issues: [{ path: 'messages' }] },
  });
  const { id: blob } = await ledger.blobs.put(Buffer.from('Design it.'), { encoding: 'utf8' });
  await expect(execute({ prompt: [{ role: 'user', content: { blob } }] })).rejects.toMatchObject({
    code: 'BAD_INPUT',
    details: { issues: [{ path: 'prompt[0].content' }] },
  });
  await expect(execute({ metadata: { when: '\0' } })).rejects.toMatchObject({
    details: { issues: [{ path: 'metadata.when' }] },
  });
  expect(asked).toEqual([]);
});

async function* yieldOnce(piece: unknown) {
  yield piece as string;
}

test.each([
  ['undefined', () => undefined, 'not undefined'],
  ['null', async () => null, 'not null'],
  ['a Buffer', () => Buffer.from('An answer'), 'not an object'],
  ['a Response', async () => new Response('An answer'), 'not an object'],
  ['a stream in a promise', async () => yieldOnce('An answer'), 'not an object'],
  ['an iterable of undefined', () => yieldOnce(undefined), 'must yield texts'],
])('a call that answers %s is told what it must answer, and is stored as failed', async (_, call, said) => {
  await using server = await startTestServer();
  const { step } = await openRun(server.ledger);

  const executed = step.execute({ prompt: 'Design it.', call: call as ExecuteInput['call'], parse });

  await expect(executed).rejects.toMatchObject({
    code: 'BAD_INPUT',
    details: { issues: [{ path: 'call', reason: expect.stringContaining(said) }] },
  });
  expect(await step.exchanges.list()).toMatchObject([
    { status: 'failed', error: expect.stringContaining('call must') },
  ]);
});

test.each([
  ['no list', 'A design.', 'documents must be a list'],
  ['nothing', undefined, 'documents must be a list'],
  ['a list of nothing', [null], 'documents[0] '],
  ['a document without text', [{ kind: 'design' }], 'documents[0].text'],
  ['a document with a bad kind', [{ kind: 'a\nb', text: '' }], 'documents[0].kind'],
  ['an unknown field', [{ kind: 'design', text: '', path: 'a' }], 'documents[0]'],
  [
    'a key twice',
    [
      { kind: 'design', text: 'a' },
      { kind: 'design', key: 'design', text: 'b' },
    ],
    'documents[1].key names the design design a second time',
  ],
])('a parser that finds %s has not read the answer, and is told why', async (_, found, reason) => {
  await using server = await startTestServer();
  const { step } = await openRun(server.ledger);

  const executed = step.execute({
    prompt: 'Design it.',
    call: createLlm().call,
    parse: () => found as never,
  });

  await expect(executed).rejects.toMatchObject({
    code: 'PARSE_FAILED',
    details: { reason: expect.stringContaining(reason) },
  });
  expect(await server.ledger.parses.list({ runId: step.runId }).all()).toMatchObject([
    { status: 'failed', error: expect.stringContaining(reason) },
  ]);
});

test.each([
  ['a text', 'no heading', 'no heading'],
  ['an object', { offset: -1 }, 'no Error'],
  ['an error without end', new Error('x'.repeat(2 ** 21)), 'xxx'],
])('a parser that throws %s has not read the answer', async (_, thrown, reason) => {
  await using server = await startTestServer();
  const { step } = await openRun(server.ledger);
  const failing = () => {
    throw thrown;
  };

  const executed = step.execute({ prompt: 'Design it.', call: createLlm().call, parse: failing });

  await expect(executed).rejects.toMatchObject({
    code: 'PARSE_FAILED',
    details: { reason: expect.stringContaining(reason), offset: null },
  });
});

test('a document that is linked to a version that is not there counts as an answer that could not be read', async () => {
  await using server = await startTestServer();
  const { step } = await openRun(server.ledger);
  const { asked, call } = createLlm();
  const to = { documentId: '01a2193a-0b9d-75dc-932c-6241b704e799', version: 1 };

  const executed = step.execute({
    prompt: 'Design it.',
    call,
    parse: (raw) => [{ kind: 'design', text: raw, links: [{ relation: 'depends_on', to }] }],
    maxAttempts: 2,
  });

  await expect(executed).rejects.toMatchObject({ code: 'PARSE_FAILED', details: { attempts: 2 } });
  expect(asked[1]?.previous?.error).toContain('There is no document version');
});

test('an answer that is larger than what is stored is refused, and its exchange says so', async () => {
  await using server = await startTestServer();
  const { step } = await openRun(server.ledger);
  const large = textOfBytes(17_000_000);

  const executed = step.execute({ prompt: 'Design it.', call: () => large, parse });

  await expect(executed).rejects.toMatchObject({ code: 'BAD_INPUT' });
  expect(await step.exchanges.list()).toMatchObject([
    { status: 'failed', error: expect.stringContaining('16777216 bytes') },
  ]);
});

test('a recording fetch refuses at once what the ledger would refuse with each call', async () => {
  await using server = await startTestServer();
  const { step } = await openRun(server.ledger);
  const fetchWith = (known: object) => () => step.recordingFetch(known);

  expect(fetchWith({ prompt: { name: '' } })).toThrow('prompt.name');
  expect(fetchWith({ prompt: 'design' })).toThrow('prompt.name');
  expect(fetchWith({ prompt: { name: 'design', variables: { what: 5 } } })).toThrow('prompt.variables.what');
  expect(fetchWith({ metadata: { when: '\0' } })).toThrow('metadata.when');
  expect(fetchWith({ prompt: { name: 'design', version: 1 }, metadata: { experiment: 7 } })).not.toThrow();
});
