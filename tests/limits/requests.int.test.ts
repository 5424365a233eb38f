import { LIMITS, type WireError } from '@stepledger/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FULL_CASES, MUTATIONS } from '../procedures/samples/index.ts';
import { type Api, codeOf, failureOf, type HttpAnswer } from '../procedures/support/api.ts';
import { type ProcedureServer, startProcedureServer } from '../procedures/support/server.ts';
import { createWorld, type World } from '../procedures/support/world.ts';

let server: ProcedureServer;
let world: World;
/** Samples of all procedures, which would succeed. */
let samples: { path: string; json: string; api: Api }[];

beforeAll(async () => {
  server = await startProcedureServer();
  world = await createWorld(server.operator);
  samples = [];
  for (const { path, sample, access } of FULL_CASES) {
    const api = access === 'instance' ? server.operator : world.api;
    samples.push({ path, json: JSON.stringify(await sample(world)), api });
  }
});
afterAll(async () => {
  expect((await server.operator.http('GET', '/readyz')).status).toBe(200);
  for (const { path, json, api } of samples) {
    expect((await api.sendMany(path, [json])).map(codeOf), path).toEqual(['ok']);
  }
  await server.close();
});

/** What stands in an answer that is no batch. */
function refusalOf({ status, body }: HttpAnswer) {
  const { error } = JSON.parse(body) as { error?: { data: { ledger: WireError } } };
  return { status, code: error?.data.ledger.code, details: error?.data.ledger.details };
}

function badInput(status: number, path: string, reason: unknown = expect.any(String)) {
  return { status, code: 'BAD_INPUT', details: { issues: [{ path, reason }] } };
}

/** Does something to every procedure that must store nothing; each gets another one of the variants. */
async function withEach<Variant>(
  variants: readonly Variant[],
  work: (sample: (typeof samples)[number], variant: Variant) => Promise<void>,
): Promise<void> {
  const before = await server.rows.fingerprint();
  for (const [index, sample] of samples.entries()) {
    const variant = variants[index % variants.length];
    if (variant === undefined) throw new Error('There must be a variant');
    await work(sample, variant);
  }
  expect(await server.rows.fingerprint()).toEqual(before);
}

const TYPES = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', null];
const NO_JSON = [
  '{',
  '{"a":',
  "{'a':1}",
  '{"a":NaN}',
  '{"a":undefined}',
  '{"a":1}}',
  '\0',
  '[1,]',
  '{"a":"\n"}',
];
const NO_INPUTS = ['{}', '{"5":{}}', '[]', 'null', '1', '{"__proto__":{"0":{}}}', '{"constructor":{}}'];

describe('every procedure', () => {
  test('refuses content of another type', () =>
    withEach(TYPES, async ({ path, json, api }, type) => {
      const answer = await api.http('POST', `/trpc/${path}`, { body: json, type });
      expect(refusalOf(answer), path).toEqual(badInput(415, 'content-type'));
    }));

  test('refuses what is no JSON', () =>
    withEach(NO_JSON, async ({ path, api }, body) => {
      const answer = await api.http('POST', `/trpc/${path}`, { body });
      // A stream has begun when its input is read.
      const status = path === 'entries.subscribe' ? 200 : 400;
      expect(refusalOf(answer), `${path} ${body}`).toEqual(badInput(status, '', 'must be JSON'));
    }));

  test('that changes something is not served by GET', async () => {
    const changing = new Set(MUTATIONS.map(({ path }) => path));
    await withEach(['once'], async ({ path, json, api }) => {
      if (!changing.has(path)) return;
      const answer = await api.http('GET', `/trpc/${path}?input=${encodeURIComponent(json)}`);
      expect(refusalOf(answer), path).toEqual(badInput(405, 'method'));
    });
  });

  test('is refused 21 times in a batch, and served none of these', () =>
    withEach(['once'], async ({ path, json, api }) => {
      const calls = Array.from({ length: LIMITS.maxBatchCalls + 1 }, (_, index) => `"${index}":${json}`);
      const paths = calls.map(() => path).join(',');
      const answer = await api.http('POST', `/trpc/${paths}?batch=1`, { body: `{${calls.join(',')}}` });
      expect(refusalOf(answer), path).toEqual(badInput(400, 'batch', 'must have at most 20 calls'));
    }));

  test('of a batch finds no input where the body has none for it', () =>
    withEach(NO_INPUTS, async ({ path, api }, body) => {
      const { status, body: answer } = await api.http('POST', `/trpc/${path},${path}?batch=1`, { body });
      expect(status, `${path} ${body}`).toBeLessThan(500);
      if (!path.startsWith('system.')) expect(answer, `${path} ${body}`).toContain('"code":"BAD_INPUT"');
    }));
});

test.each([
  'documents',
  'documents.lose',
  'Documents.put',
  'documents.put.call',
  'documents.',
  'documents.__proto__',
  'documents.constructor',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '_def',
  'createCaller',
  "x' OR 1=1",
])('there is no procedure %s', async (path) => {
  const before = await server.rows.fingerprint();
  const details = { type: 'procedure', id: path };
  for (const api of [world.api, server.operator]) {
    expect(failureOf(await api.send(encodeURIComponent(path), {}))).toEqual({ code: 'NOT_FOUND', details });
  }
  expect(await server.rows.fingerprint()).toEqual(before);
});

describe('too much', () => {
  const filler = 'x'.repeat(21_000_000);

  test.each(['documents.putMany', 'exchanges.record', 'documents.list'])(
    '21 MB for %s are TOO_LARGE, and nothing of it is stored',
    async (path) => {
      const { json = '{}', api = world.api } = samples.find((sample) => sample.path === path) ?? {};
      const before = await server.rows.fingerprint();
      const answer = await api.http('POST', `/trpc/${path}`, {
        body: `${json.slice(0, -1)},"note":"${filler}"}`,
      });
      expect(refusalOf(answer)).toEqual({
        status: 413,
        code: 'TOO_LARGE',
        details: { limitBytes: LIMITS.maxBodyBytes },
      });
      expect(await server.rows.fingerprint()).toEqual(before);
    },
  );

  test('1,001 documents at once are refused, 1,000 are taken', async () => {
    const { runId, word } = world;
    const documents = Array.from({ length: 1001 }, () => ({ kind: word(), text: 'x' }));
    const before = await server.rows.fingerprint();
    expect(failureOf(await world.api.send('documents.putMany', { runId, documents }))).toEqual({
      code: 'BAD_INPUT',
      details: { issues: [{ path: 'documents', reason: 'must have at most 1000 items' }] },
    });
    expect(await server.rows.fingerprint()).toEqual(before);
    const written = await world.api.call('documents.putMany', { runId, documents: documents.slice(1) });
    expect(written.documents).toHaveLength(1000);
  });

  test('a text of one byte more than 16 MiB is refused, whatever its bytes are', async () => {
    const { runId, word } = world;
    const most = LIMITS.maxTextBytes;
    const before = await server.rows.fingerprint();
    for (const text of [
      'x'.repeat(most + 1),
      `${'\u20ac'.repeat(Math.floor(most / 3))}xx`,
      `\ud800${'x'.repeat(most / 2)}`,
    ]) {
      const { details } = failureOf(await world.api.send('documents.put', { runId, kind: word(), text }));
      expect(details).toEqual({
        issues: [{ path: 'text', reason: expect.stringContaining(`${most} bytes`) }],
      });
    }
    expect(await server.rows.fingerprint()).toEqual(before);
  });

  test('an error of more than a million characters is refused', async () => {
    const { runId, step, text } = world;
    const long = 'x'.repeat(LIMITS.maxErrorLength + 1);
    const send = { runId, step: step(), messages: [{ role: 'user', content: text() }] };
    const before = await server.rows.fingerprint();
    const refused = [
      failureOf(await world.api.send('steps.fail', { runId, step: step(), error: long })),
      failureOf(await world.api.send('exchanges.record', { ...send, error: long })),
      failureOf(
        await world.api.send('exchanges.record', {
          ...send,
          response: 'x',
          attempts: [{ status: 'failed', error: long }],
        }),
      ),
    ];
    const reason = `must have at most ${LIMITS.maxErrorLength} characters`;
    expect(refused.map(({ details }) => details)).toEqual([
      { issues: [{ path: 'error', reason }] },
      { issues: [{ path: 'error', reason }] },
      { issues: [{ path: 'attempts[0].error', reason }] },
    ]);
    expect(await server.rows.fingerprint()).toEqual(before);
  });
});

test('metadata comes back as it was, whatever its keys are called', async () => {
  const { api, runId, word } = world;
  const metadata = {
    constructor: { prototype: { polluted: true } },
    toString: 'x',
    hasOwnProperty: null,
    '': [{}, [], ''],
    'a b.c[0]': { length: 3 },
    "x'; DROP TABLE run; --": '?',
    numbers: [0, -1, 1.5, 1e21, 5e-324, 1.797e308, 9007199254740991],
    deep: Array.from({ length: 62 }).reduce<unknown[]>((inner) => [inner], []),
  } as const;
  const json = JSON.stringify({ runId, kind: word(), text: 'x', metadata });
  const [written] = await api.sendMany('documents.put', [json]);
  if (!written?.ok) throw new Error(`Not taken: ${written?.body}`);
  const { documentId } = written.data as { documentId: string };
  expect((await api.call('documents.get', { documentId })).metadata).toEqual(metadata);
});
