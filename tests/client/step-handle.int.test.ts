import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';

test('a prompt is one user message, a list of messages, or a stored template with its variables', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  await ledger.prompts.put({
    name: 'design',
    template: [
      { role: 'system', text: 'You design.' },
      { role: 'user', text: 'Design {{idea}}.\r\n' },
    ],
    parameters: ['idea'],
  });
  await ledger.prompts.setLabel({ name: 'design', label: 'production', version: 1 });
  await ledger.prompts.put({ name: 'design', template: 'A newer one about {{idea}}.' });
  const step = (await ledger.run({ key: 'todo-app' })).step('design_step');
  const variables = { idea: 'a <todo> app' };
  const messagesOf = async (exchangeId: string) => (await ledger.exchanges.get({ exchangeId })).messages;

  const plain = await step.record({ prompt: ' as it is \0', response: 'r' });
  const listed = await step.record({
    prompt: [{ role: 'user', content: '{"parts":[1.10]}', format: 'json' }],
    response: 'r',
  });
  const stored = await step.record({
    prompt: { name: 'design', label: 'production', variables },
    response: 'r',
  });
  const own = await step.record({
    prompt: { name: 'design', version: 2, variables, messages: [{ role: 'user', content: 'Made by me.' }] },
    response: 'r',
  });

  expect(await messagesOf(plain.exchangeId)).toEqual([
    { role: 'user', content: ' as it is \0', format: 'text' },
  ]);
  expect(await messagesOf(listed.exchangeId)).toEqual([
    { role: 'user', content: '{"parts":[1.10]}', format: 'json' },
  ]);
  expect(await ledger.exchanges.get({ exchangeId: stored.exchangeId })).toMatchObject({
    messages: [
      { role: 'system', content: 'You design.' },
      { role: 'user', content: 'Design a <todo> app.\r\n' },
    ],
    prompt: { name: 'design', version: 1 },
    variables,
  });
  expect(await ledger.exchanges.get({ exchangeId: own.exchangeId })).toMatchObject({
    messages: [{ role: 'user', content: 'Made by me.' }],
    prompt: { name: 'design', version: 2 },
    variables,
  });
  expect([plain.promptVersion, stored.promptVersion, own.promptVersion]).toEqual([null, 1, 2]);
});

test('a recorded step holds documents with their lineage, and failed attempts with their bytes', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const run = await ledger.run({ key: 'todo-app' });
  const requirement = await run
    .step('requirement_step')
    .documents.put({ kind: 'requirement', text: 'Todos.' });
  const bytes = Uint8Array.from({ length: 2_000 }, (_, index) => index % 256);
  const manyBytes = new Uint8Array(1_500_000).fill(255);

  const recorded = await run.step('design_step').record({
    prompt: 'Design it.',
    response: manyBytes,
    model: 'test-1',
    usage: { inputTokens: 3, outputTokens: 5 },
    attempts: [
      { status: 'failed', httpStatus: 500, response: bytes },
      { status: 'completed', httpStatus: 200, response: manyBytes },
    ],
    parse: { parser: 'markdown', parserVersion: '2' },
    documents: [
      { kind: 'design', text: 'The design.', links: [{ relation: 'derived_from', to: requirement.ref }] },
      { kind: 'risk', text: 'A risk.' },
    ],
  });

  const exchange = await run.exchanges.get(recorded.exchangeId);
  expect(exchange).toMatchObject({ status: 'completed', responseText: null, usage: { inputTokens: 3 } });
  expect(exchange.parses).toMatchObject([{ id: recorded.parseId, parser: 'markdown', parserVersion: '2' }]);
  expect(Buffer.compare(await ledger.blobs.get(exchange.response?.id ?? ''), manyBytes)).toBe(0);
  expect(await ledger.blobs.get(exchange.attempts[0]?.response?.id ?? '')).toEqual(bytes);
  const [design, risk] = recorded.documents;
  expect(risk?.text).toBe('A risk.');
  const links = await ledger.links.list({ documentId: design?.id ?? '' });
  expect(links.items).toMatchObject([{ from: design?.ref, relation: 'derived_from', to: requirement.ref }]);
});

test('an exchange is opened, completed and parsed in calls of their own', async () => {
  await using server = await startTestServer();
  const step = (await server.ledger.run({ key: 'todo-app' })).step('design_step');

  const exchange = await step.exchanges.open({ prompt: 'Design it.', model: 'test-1' });
  expect(await exchange.get()).toMatchObject({ status: 'pending', responseText: null });
  await exchange.complete({ response: 'raw' });
  await exchange.parse({ parser: 'strict', status: 'failed', error: 'no heading', errorOffset: 3 });
  const parsed = await exchange.parse({ parser: 'lenient', documents: [{ kind: 'design', text: 'parsed' }] });

  expect(parsed).toMatchObject({
    attempt: 2,
    documents: [expect.objectContaining({ kind: 'design', text: 'parsed' })],
  });
  expect(await exchange.get()).toMatchObject({
    status: 'completed',
    responseText: 'raw',
    parses: [
      { parser: 'strict', status: 'failed', errorOffset: 3 },
      { parser: 'lenient', status: 'completed' },
    ],
  });

  const broken = await step.exchanges.open({ prompt: 'Again.' });
  await broken.fail({ error: 'connection reset', response: 'half an ans' });
  expect(await broken.get()).toMatchObject({
    status: 'failed',
    error: 'connection reset',
    responseText: 'half an ans',
  });
  expect(await step.exchanges.list({ status: 'failed' })).toMatchObject([{ id: broken.id }]);
});

test('a step starts, nests, fails and completes', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const review = run.step('code_review', { key: 1 });
  const check = run.step('check');

  await review.start();
  await check.start({ parent: review });
  await check.fail(new TypeError('no such file'));
  await review.complete();

  const parent = await review.get();
  expect(parent).toMatchObject({ name: 'code_review', key: '1', status: 'completed', occurrence: 1 });
  expect(await check.get()).toMatchObject({
    status: 'failed',
    error: 'TypeError: no such file',
    parentStepId: parent.id,
  });
  expect((await run.steps.list()).map(({ name }) => name)).toEqual(['code_review', 'check']);
  expect(await run.steps.list({ status: 'failed' })).toHaveLength(1);
});

test('a run is updated, ended, taken up again and deleted', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const run = await ledger.run({ key: 'todo-app', goal: 'A todo app', metadata: { team: 1 } });
  expect(run).toMatchObject({ revision: 1, status: 'running', created: true });

  await run.update({ goal: 'A better todo app' });
  await run.fail();
  expect(await run.get()).toMatchObject({
    status: 'failed',
    goal: 'A better todo app',
    metadata: { team: 1 },
  });
  await run.complete({ status: 'running' });
  await run.complete();
  expect(await run.get()).toMatchObject({ status: 'completed', revision: 5 });
  const entries: string[] = [];
  for await (const { kind } of run.entries.iterate({ fromRevision: 2 })) entries.push(kind);
  expect(entries).toEqual(['runs.update', 'runs.complete', 'runs.complete', 'runs.complete']);

  await run.delete();
  await expect(run.get()).rejects.toMatchObject({ code: 'NOT_FOUND', details: { type: 'run', id: run.id } });
});

test('a step that the workflow does not have is refused with those it has', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  await ledger.workflows.define({ name: 'feature', steps: [{ name: 'design_step' }, { name: 'code_step' }] });
  const run = await ledger.run({ key: 'todo-app', workflow: 'feature' });

  await expect(run.step('desing_step').documents.put({ kind: 'design', text: '' })).rejects.toMatchObject({
    code: 'UNKNOWN_STEP',
    details: { step: 'desing_step', workflow: 'feature', allowed: ['design_step', 'code_step'] },
  });
});

test('who does it is who the options name', async () => {
  await using server = await startTestServer({ client: { actor: 'Zoë 书' } });
  const run = await server.ledger.run({ key: 'todo-app' });

  expect(await run.entries.list()).toMatchObject([{ actor: 'Zoë 书' }]);
});

test('a key is needed where the server asks for one, and the error says so', async () => {
  await using server = await startTestServer({ requireKey: true, instanceKey: 'k'.repeat(40) });

  await expect(server.ledger.run({ key: 'todo-app' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await expect(server.ledger.blobs.put(new Uint8Array(1))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});
