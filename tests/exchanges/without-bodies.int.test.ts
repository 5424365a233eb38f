import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';

test('an exchange is read without its prompt, without its response, or without both', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const run = await ledger.run({ key: 'todo-app' });
  const used = await run.documents.put({ kind: 'requirement', text: 'Todos.' });
  await ledger.prompts.put({ name: 'design', template: 'Design {{it}}' });
  const { exchangeId } = await run.step('design_step').record({
    prompt: { name: 'design', variables: { it: 'it' } },
    uses: [used.ref],
    response: 'An answer',
    documents: [{ kind: 'design', text: 'A design' }],
  });
  const whole = await ledger.exchanges.get({ exchangeId });
  expect(whole).toMatchObject({
    messages: [{ content: 'Design it' }],
    variables: { it: 'it' },
    responseText: 'An answer',
  });

  const prompt = { messages: [], variables: null, context: null };
  const response = { responseText: null };
  const read = (wish: { withPrompt?: boolean; withResponse?: boolean }) =>
    ledger.exchanges.get({ exchangeId, ...wish });
  expect(await read({ withPrompt: false })).toEqual({ ...whole, ...prompt });
  expect(await read({ withResponse: false })).toEqual({ ...whole, ...response });
  expect(await read({ withPrompt: false, withResponse: false })).toEqual({
    ...whole,
    ...prompt,
    ...response,
  });
});
