import { expect, test } from 'vitest';
import { createLlm } from '../llm.ts';
import { DEFAULT_IDEA, PROMPTS } from '../prompts.ts';
import { openReplayEndpoint, REPLAY_MODEL } from './replay-endpoint.ts';

const messagesFor = (prompt: { template: { role: string; text: string }[] }, idea: string) =>
  prompt.template.map(({ role, text }) => ({ role, content: text.replace('{{{idea}}}', idea) }));

test.each(Object.entries(PROMPTS))('the %s prompt has an answer of its own', async (_name, prompt) => {
  await using endpoint = await openReplayEndpoint();
  const llm = createLlm({ baseUrl: endpoint.url, apiKey: 'none', model: REPLAY_MODEL });

  const answer = await llm.ask(messagesFor(prompt, DEFAULT_IDEA));

  expect(answer.error).toBeNull();
  expect(answer.text).toMatch(/password/);
  const [attempt] = answer.attempts;
  const sent: unknown = JSON.parse(attempt?.request ?? '');
  expect(sent).toMatchObject({ model: REPLAY_MODEL, messages: messagesFor(prompt, DEFAULT_IDEA) });
  expect(JSON.parse(new TextDecoder().decode(attempt?.response))).toMatchObject({
    choices: [{ message: { content: answer.text } }],
  });
  expect(endpoint.answered).toBe(1);
});

test('another idea is refused with what to do, and the refusal is on record', async () => {
  await using endpoint = await openReplayEndpoint();
  const llm = createLlm({ baseUrl: endpoint.url, apiKey: 'none', model: REPLAY_MODEL });

  const answer = await llm.ask(messagesFor(PROMPTS.requirement, 'Add a dark mode'));

  expect(answer.text).toBeNull();
  expect(answer.error).toContain('set OPENAI_BASE_URL');
  expect(answer.attempts).toMatchObject([{ status: 'failed', httpStatus: 400 }]);
});

test('an endpoint that is not there is an answer with the reason, after the retries', async () => {
  const endpoint = await openReplayEndpoint();
  await endpoint[Symbol.asyncDispose]();
  const llm = createLlm({ baseUrl: endpoint.url, apiKey: 'none', model: REPLAY_MODEL });

  const answer = await llm.ask(messagesFor(PROMPTS.requirement, DEFAULT_IDEA));

  expect(answer.error).toContain('ECONNREFUSED');
  expect(answer.attempts.length).toBeGreaterThan(1);
});

test('a caller that streams gets the same text in pieces', async () => {
  await using endpoint = await openReplayEndpoint();
  const ask = async (stream: boolean) => {
    const messages = messagesFor(PROMPTS.design, DEFAULT_IDEA);
    const response = await fetch(`${endpoint.url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: REPLAY_MODEL, messages, stream }),
    });
    return response.text();
  };

  const events = (await ask(true)).split('\n\n').filter((event) => event.startsWith('data: {'));
  const pieces = events.map(
    (event) => JSON.parse(event.slice('data: '.length)).choices[0].delta.content ?? '',
  );

  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.join('')).toBe(JSON.parse(await ask(false)).choices[0].message.content);
});
