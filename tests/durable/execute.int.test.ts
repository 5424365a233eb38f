import type { DocumentHandle, ExecuteInput } from '@stepledger/client';
import { createStepledger, isLedgerError } from '@stepledger/client';
import { startLlmEndpoint, startTestServer } from '@stepledger/testing';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { createLlm, openRun, parse } from './support/design.ts';

const textsOf = (documents: readonly DocumentHandle[]) => documents.map(({ text }) => text);

test('a step that has succeeded answers what is stored, and nobody is asked again', async () => {
  await using server = await startTestServer();
  const { run, step } = await openRun(server.ledger);
  const { asked, call } = createLlm();
  const first = await step.execute({ prompt: 'Design it.', call, parse });
  const stored = await run.get();

  const again = await createStepledger({ url: server.url })
    .run({ key: 'todo-app' })
    .then((same) => same.step('design_step').execute({ prompt: 'Design it.', call, parse }));

  expect(asked).toHaveLength(1);
  expect(first).toMatchObject({ called: true, response: 'A list of todos.' });
  expect(again).toMatchObject({ called: false, response: 'A list of todos.', exchangeId: first.exchangeId });
  expect(again.documents.map(({ ref }) => ref)).toEqual(first.documents.map(({ ref }) => ref));
  expect(textsOf(again.documents)).toEqual(['A list of todos.']);
  expect(await run.get()).toEqual(stored);
});

test('the prompt is in the ledger before the LLM is asked, and the raw response before it is parsed', async () => {
  await using server = await startTestServer();
  const { step } = await openRun(server.ledger);
  const seen: unknown[] = [];

  await step.execute({
    prompt: 'Design it.',
    model: 'gpt-5',
    call: async ({ exchangeId }) => {
      seen.push(await server.ledger.exchanges.get({ exchangeId }));
      return 'raw \r\n answer';
    },
    parse: async (raw, { exchangeId }) => {
      seen.push(await server.ledger.exchanges.get({ exchangeId }));
      return parse(raw);
    },
  });

  expect(seen).toMatchObject([
    {
      status: 'pending',
      model: 'gpt-5',
      messages: [{ role: 'user', content: 'Design it.' }],
      responseText: null,
    },
    { status: 'completed', responseText: 'raw \r\n answer', parses: [] },
  ]);
});

test('documents are linked to the versions that the step used', async () => {
  await using server = await startTestServer();
  const { run, step } = await openRun(server.ledger);
  const requirement = await run
    .step('requirement_step')
    .documents.put({ kind: 'requirement', text: 'Todos.' });

  const { documents } = await step.execute({
    prompt: 'Design it.',
    uses: [requirement],
    call: createLlm().call,
    parse: () => [
      { kind: 'design', text: 'a' },
      { kind: 'design', key: 'b', text: 'b', links: [{ relation: 'depends_on', to: requirement.ref }] },
    ],
  });

  const links = await Promise.all(
    documents.map(({ id }) => server.ledger.links.list({ documentId: id }).all()),
  );
  const relations = links.map((list) => list.map(({ relation, to }) => ({ relation, to })));
  const used = { relation: 'used', to: requirement.ref };
  expect(relations[0]).toEqual([used]);
  expect(relations[1]).toHaveLength(2);
  expect(relations[1]).toEqual(
    expect.arrayContaining([used, { relation: 'depends_on', to: requirement.ref }]),
  );
});

test('other messages, document versions, models or parameters ask anew, and the old exchanges stay', async () => {
  await using server = await startTestServer();
  const { run, step } = await openRun(server.ledger);
  const { asked, call } = createLlm((turn) => `answer ${turn}`);
  const requirement = await run
    .step('requirement_step')
    .documents.put({ kind: 'requirement', text: 'Todos.' });
  const changes: Partial<ExecuteInput>[] = [
    {},
    { prompt: 'Design it well.' },
    { uses: [requirement.ref] },
    { uses: [await run.documents.put({ kind: 'requirement', text: 'Todos with dates.' })] },
    { model: 'gpt-5' },
    { parameters: { temperature: 0.1 } },
  ];

  const results = [];
  for (const change of [...changes, ...changes]) {
    results.push(await step.execute({ prompt: 'Design it.', call, parse, ...change }));
  }

  expect(asked).toHaveLength(changes.length);
  expect(results.map(({ response }) => response)).toEqual(
    [...changes, ...changes].map((_, index) => `answer ${(index % changes.length) + 1}`),
  );
  const exchanges = await step.exchanges.list();
  expect(exchanges.map(({ status }) => status)).toEqual(changes.map(() => 'completed'));
});

test('a label that moves does not change what a run has begun with', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const { step } = await openRun(ledger);
  const { asked, call } = createLlm();
  await ledger.prompts.put({ name: 'design', template: 'Design {{what}}.', parameters: ['what'] });
  await ledger.prompts.setLabel({ name: 'design', label: 'production', version: 1 });
  const input = {
    prompt: { name: 'design', label: 'production', variables: { what: 'a todo app' } },
    call,
    parse,
  };
  await step.execute(input);
  await ledger.prompts.put({
    name: 'design',
    template: 'Think, then design {{what}}.',
    parameters: ['what'],
  });
  await ledger.prompts.setLabel({ name: 'design', label: 'production', version: 2 });

  const again = await step.execute(input);

  expect(again.called).toBe(false);
  expect(asked.map(({ messages }) => messages[0]?.content)).toEqual(['Design a todo app.']);
});

test('an answer that cannot be read is stored, and its error is handed to the next call', async () => {
  await using server = await startTestServer();
  const { step } = await openRun(server.ledger);
  const { asked, call } = createLlm((turn) => `answer ${turn}`);
  const picky = {
    name: 'picky',
    version: '7',
    parse(raw: string) {
      if (raw !== 'answer 3') throw Object.assign(new Error(`not ${raw}`), { offset: 4 });
      return parse(raw);
    },
  };

  const { documents, exchangeId } = await step.execute({
    prompt: 'Design it.',
    call,
    parse: picky,
    maxAttempts: 3,
  });

  expect(textsOf(documents)).toEqual(['answer 3']);
  expect(asked.map(({ attempt, previous }) => ({ attempt, previous }))).toEqual([
    { attempt: 1, previous: null },
    { attempt: 2, previous: { raw: 'answer 1', error: 'not answer 1', offset: 4 } },
    { attempt: 3, previous: { raw: 'answer 2', error: 'not answer 2', offset: 4 } },
  ]);
  const parses = await server.ledger.parses.list({ runId: step.runId }).all();
  expect(parses).toMatchObject([
    { parser: 'picky', parserVersion: '7', status: 'failed', error: 'not answer 1', errorOffset: 4 },
    { status: 'failed', error: 'not answer 2', documents: [] },
    { status: 'completed', exchangeId, documents: [{ kind: 'design', version: 1 }] },
  ]);
});

test('when no answer could be read, running again asks nobody, and a better parser reads what is stored', async () => {
  await using server = await startTestServer();
  const { step } = await openRun(server.ledger);
  const { asked, call } = createLlm((turn) => `answer ${turn}`);
  const failing = () => {
    throw new Error('no heading');
  };
  const run = (better: ExecuteInput['parse']) =>
    step.execute({ prompt: 'Design it.', call, parse: better, maxAttempts: 2 });
  const failure = await run(failing).catch((error: unknown) => error);
  const { revision } = await server.ledger.runs.get({ runId: step.runId });

  const again = await run(failing).catch((error: unknown) => error);

  for (const error of [failure, again]) {
    expect(isLedgerError(error, 'PARSE_FAILED') && error.details).toMatchObject({
      attempts: 2,
      reason: 'no heading',
    });
  }
  expect((await server.ledger.runs.get({ runId: step.runId })).revision).toBe(revision);
  const { documents, called } = await run({ name: 'better', version: '2', parse });
  expect(called).toBe(false);
  expect(textsOf(documents)).toEqual(['answer 1']);
  expect(asked).toHaveLength(2);
});

test('documents that the ledger refuses count as an answer that could not be read', async () => {
  await using server = await startTestServer();
  const { step } = await openRun(server.ledger);
  const twice = (text: string) => [
    { kind: 'subtask', key: 'a', text },
    { kind: 'subtask', key: 'a', text },
  ];

  const refused = step.execute({ prompt: 'Plan it.', call: createLlm().call, parse: twice });

  await expect(refused).rejects.toMatchObject({
    code: 'PARSE_FAILED',
    details: { reason: expect.stringContaining('a second time') },
  });
  const [parsed] = await server.ledger.parses.list({ runId: step.runId }).all();
  expect(parsed).toMatchObject({ status: 'failed', error: expect.stringContaining('documents[1].key') });
});

test('force asks again and takes over, and the old exchange stays', async () => {
  await using server = await startTestServer();
  const { step } = await openRun(server.ledger);
  const { asked, call } = createLlm((turn) => `answer ${turn}`);
  const input = { prompt: 'Design it.', call, parse };
  const first = await step.execute(input);

  const forced = await step.execute({ ...input, force: true });
  const again = await step.execute(input);

  expect(asked).toHaveLength(2);
  expect(forced.exchangeId).not.toBe(first.exchangeId);
  expect(again).toMatchObject({ called: false, exchangeId: forced.exchangeId, response: 'answer 2' });
  expect(again.documents.map(({ version }) => version)).toEqual([2]);
  const old = await server.ledger.exchanges.get({ exchangeId: first.exchangeId });
  expect(old).toMatchObject({ status: 'completed', responseText: 'answer 1', memoKey: null });
});

test('what call throws is stored and thrown as it is, and the next run asks again', async () => {
  await using server = await startTestServer();
  const { step } = await openRun(server.ledger);
  const fault = new TypeError('no such model');
  const failing = () => {
    throw fault;
  };

  await expect(step.execute({ prompt: 'Design it.', call: failing, parse })).rejects.toBe(fault);
  const { called } = await step.execute({ prompt: 'Design it.', call: createLlm().call, parse });

  expect(called).toBe(true);
  expect(await step.exchanges.list()).toMatchObject([
    { status: 'failed', error: 'TypeError: no such model' },
    { status: 'completed', error: null },
  ]);
});

test('a call that does not listen is left alone when its time is up or the caller aborts', async () => {
  await using server = await startTestServer();
  const { step } = await openRun(server.ledger);
  const controller = new AbortController();
  const deaf = () => new Promise<string>(() => undefined);
  async function* halting() {
    yield 'The first half, ';
    controller.abort(new Error('the user left'));
    await deaf();
  }

  const late = step.execute({ prompt: 'Design it.', call: deaf, parse, timeoutMs: 300 });
  await expect(late).rejects.toMatchObject({ code: 'TIMEOUT' });
  const { signal } = controller;
  const left = step.execute({ prompt: 'Design it again.', call: halting, parse, signal });
  await expect(left).rejects.toMatchObject({ code: 'ABORTED', details: { reason: 'the user left' } });

  expect((await step.exchanges.list()).map(({ status }) => status)).toEqual(['failed', 'failed']);
});

test('an answer that comes in pieces is stored whole, and can be watched while it comes', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const { step } = await openRun(ledger);
  const seen: string[] = [];

  const { response } = await step.execute({
    prompt: 'Design it.',
    async *call({ exchangeId }) {
      yield 'é and \u{1f469}';
      while ((await ledger.exchanges.get({ exchangeId })).receivedBytes === 0) await undefined;
      const { bytes } = await ledger.exchanges.received({ exchangeId });
      seen.push(Buffer.from(bytes.base64, 'base64').toString());
      yield '\u200d\u{1f4bb}, and the end';
    },
    parse,
  });

  expect(seen).toEqual(['é and \u{1f469}']);
  expect(response).toBe('é and \u{1f469}\u200d\u{1f4bb}, and the end');
});

test('two processes that run the same step at once ask once and get the same', async () => {
  await using server = await startTestServer();
  const { call, asked } = createLlm();
  const clients = Array.from({ length: 5 }, () => createStepledger({ url: server.url }));

  const results = await Promise.all(
    clients.map(async (ledger) => {
      const { step } = await openRun(ledger);
      return step.execute({ prompt: 'Design it.', call, parse });
    }),
  );

  expect(asked).toHaveLength(1);
  expect(results.filter(({ called }) => called)).toHaveLength(1);
  expect(new Set(results.map(({ exchangeId }) => exchangeId)).size).toBe(1);
  expect(new Set(results.map(({ documents }) => documents[0]?.ref.documentId)).size).toBe(1);
});

test('the fetch of a call keeps every HTTP attempt with its bodies in the exchange', async () => {
  await using server = await startTestServer();
  await using endpoint = await startLlmEndpoint();
  endpoint.next({ status: 429, headers: { 'retry-after': '0' } });
  const { step } = await openRun(server.ledger);

  const { exchangeId, response } = await step.execute({
    prompt: 'Design it.',
    model: 'gpt-5',
    async call({ messages, fetch, signal }) {
      const openai = new OpenAI({ baseURL: `${endpoint.url}/v1`, apiKey: 'secret', fetch });
      const sent = messages.map(({ content }) => ({ role: 'user' as const, content }));
      const answer = await openai.chat.completions.create({ model: 'gpt-5', messages: sent }, { signal });
      return answer.choices[0]?.message.content ?? '';
    },
    parse,
  });

  const exchange = await server.ledger.exchanges.get({ exchangeId });
  expect(exchange).toMatchObject({
    status: 'completed',
    responseText: response,
    usage: { inputTokens: expect.any(Number) },
  });
  expect(
    exchange.attempts.map(({ attempt, httpStatus, status }) => ({ attempt, httpStatus, status })),
  ).toEqual([
    { attempt: 1, httpStatus: 429, status: 'failed' },
    { attempt: 2, httpStatus: 200, status: 'completed' },
  ]);
  for (const [index, { request, response: body }] of exchange.attempts.entries()) {
    const logged = endpoint.requests[index];
    expect(request?.id.slice(0, 64)).toBe(logged?.sha256);
    expect(body?.id.slice(0, 64)).toBe(logged?.answer?.sha256);
  }
});
