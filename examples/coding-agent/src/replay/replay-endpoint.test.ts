import { expect, test } from 'vitest';
import { createLlm, type Llm } from '../llm.ts';
import { DEFAULT_IDEA, PROMPTS } from '../prompts.ts';
import { openReplayEndpoint, REPLAY_MODEL } from './replay-endpoint.ts';

const messagesFor = (prompt: { template: { role: string; text: string }[] }, idea: string) =>
  prompt.template.map(({ role, text }) => ({ role, content: text.replace('{{{idea}}}', idea) }));

const llmAt = ({ url }: { url: string }) => createLlm({ baseUrl: url, apiKey: 'none', model: REPLAY_MODEL });

const ask = async (llm: Llm, messages: { role: string; content: string }[]) => {
  const { signal } = new AbortController();
  return llm.ask({ messages, fetch, signal, exchangeId: 'none', attempt: 1, previous: null });
};

test.each(Object.entries(PROMPTS))('the %s prompt has an answer of its own', async (_name, prompt) => {
  await using endpoint = await openReplayEndpoint();

  expect(await ask(llmAt(endpoint), messagesFor(prompt, DEFAULT_IDEA))).toMatch(/password/);
  expect(endpoint.answered).toBe(1);
});

test('another idea is refused with what to do', async () => {
  await using endpoint = await openReplayEndpoint();

  await expect(ask(llmAt(endpoint), messagesFor(PROMPTS.requirement, 'Add a dark mode'))).rejects.toThrow(
    'set OPENAI_BASE_URL',
  );
});

test('a caller that streams gets the same text in pieces', async () => {
  await using endpoint = await openReplayEndpoint();
  const askFor = async (stream: boolean) => {
    const messages = messagesFor(PROMPTS.design, DEFAULT_IDEA);
    const response = await fetch(`${endpoint.url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: REPLAY_MODEL, messages, stream }),
    });
    return response.text();
  };

  const events = (await askFor(true)).split('\n\n').filter((event) => event.startsWith('data: {'));
  const pieces = events.map(
    (event) => JSON.parse(event.slice('data: '.length)).choices[0].delta.content ?? '',
  );

  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.join('')).toBe(JSON.parse(await askFor(false)).choices[0].message.content);
});
