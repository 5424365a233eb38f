import { createStepledger, type Stepledger } from '@stepledger/client';
import { liquid } from '@stepledger/client/liquid';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { refusalOf } from '../ledger/support/refusals.ts';

const client = { renderers: [liquid()] };
const LABEL = 'production';

/** A prompt with two versions in Liquid, its label at the first. */
async function putPrompt({ prompts }: Stepledger): Promise<void> {
  const common = { name: 'design', syntax: 'liquid', parameters: ['idea'] };
  await prompts.put({
    ...common,
    template: [
      { role: 'system', text: 'You design{% if tone %}, {{ tone }}{% endif %}.\r\n' },
      { role: 'user', text: 'One: {{ idea }}' },
    ],
  });
  await prompts.put({ ...common, template: 'Two: {{ idea | upcase }}' });
  await prompts.setLabel({ name: 'design', label: LABEL, version: 1 });
}

const variables = { idea: 'a <todo> & "app"\0\ud800\r\n', tone: 'tersely' };

test('a step is recorded with what the template became, from the version that the run has pinned', async () => {
  await using server = await startTestServer({ client });
  const { ledger } = server;
  await putPrompt(ledger);
  const record = async (runKey: string, ref: { label?: string; version?: number }) => {
    const step = (await ledger.run({ key: runKey })).step('design_step');
    const prompt = { name: 'design', variables, ...ref };
    const { exchangeId } = await step.record({ prompt, response: 'ok' });
    const exchange = await ledger.exchanges.get({ exchangeId });
    return {
      version: exchange.prompt?.version,
      contents: exchange.messages.map(({ role, content }) => [role, content]),
      variables: exchange.variables,
    };
  };
  const one = {
    version: 1,
    contents: [
      ['system', 'You design, tersely.\r\n'],
      ['user', `One: ${variables.idea}`],
    ],
    variables,
  };
  const two = { version: 2, contents: [['user', `Two: ${variables.idea.toUpperCase()}`]], variables };

  expect(await record('early', { label: LABEL })).toEqual(one);
  await ledger.prompts.setLabel({ name: 'design', label: LABEL, version: 2 });
  expect(await record('early', { label: LABEL })).toEqual(one);
  expect(await record('late', { label: LABEL })).toEqual(two);
  expect(await record('early', {})).toEqual(two);
  expect(await record('late', { version: 1 })).toEqual(one);

  await ledger.prompts.removeLabel({ name: 'design', label: LABEL });
  expect(await record('early', { label: LABEL })).toEqual(one);
});

test('a prompt may be opened before it is sent, and executed', async () => {
  await using server = await startTestServer({ client });
  const { ledger } = server;
  await putPrompt(ledger);
  const step = (await ledger.run({ key: 'opened' })).step('design_step');
  const prompt = { name: 'design', version: 2, variables: { idea: 'todo' } };

  const exchange = await step.exchanges.open({ prompt });
  const { messages } = await ledger.exchanges.get({ exchangeId: exchange.id });
  expect(messages.map(({ content }) => content)).toEqual(['Two: TODO']);

  const sent: unknown[] = [];
  const { documents } = await step.execute({
    prompt,
    call: async (context) => {
      sent.push(...context.messages.map(({ content }) => content));
      return 'An answer.';
    },
    parse: (raw) => [{ kind: 'design', text: raw }],
  });
  expect(sent).toEqual(['Two: TODO']);
  expect(documents).toHaveLength(1);
});

test('what cannot be rendered is refused by its field, and nothing is stored', async () => {
  await using server = await startTestServer({ client });
  const { ledger } = server;
  await putPrompt(ledger);
  await ledger.prompts.put({ name: 'broken', syntax: 'liquid', template: 'Fine so far {{ idea' });
  await ledger.prompts.put({ name: 'other', syntax: 'jinja', template: '{{ idea }}' });
  const run = await ledger.run({ key: 'refused' });
  const record = (prompt: Parameters<ReturnType<typeof run.step>['record']>[0]['prompt']) =>
    refusalOf(run.step('design_step').record({ prompt, response: 'ok' }));
  const badInput = (path: string, reason: unknown) => ({
    code: 'BAD_INPUT',
    details: { issues: [{ path, reason }] },
  });

  expect(await record({ name: 'design', version: 1, variables: { tone: 'x' } })).toEqual(
    badInput('variables.idea', 'is needed'),
  );
  // Not declared, but shown.
  expect(await record({ name: 'design', version: 1, variables: { idea: 'x' } })).toEqual(
    badInput('name', expect.stringMatching(/^cannot be rendered: in message 1 undefined variable: tone/)),
  );
  expect(await record({ name: 'broken' })).toEqual(badInput('name', expect.stringContaining('not closed')));
  expect(await record({ name: 'other' })).toMatchObject({
    code: 'UNSUPPORTED_SYNTAX',
    details: { syntax: 'jinja' },
  });
  expect(await record({ name: 'design', label: 'nowhere', variables })).toMatchObject({ code: 'NOT_FOUND' });
  const plain = await createStepledger({ url: server.url }).run({ key: 'refused' });
  expect(
    await refusalOf(
      plain.step('design_step').record({ prompt: { name: 'design', variables }, response: 'ok' }),
    ),
  ).toMatchObject({ code: 'UNSUPPORTED_SYNTAX', details: { syntax: 'liquid' } });

  expect(await run.exchanges.list()).toEqual([]);
  expect(await run.steps.list()).toEqual([]);
});
