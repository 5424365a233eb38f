import type { LlmEndpoint } from '@stepledger/testing';
import OpenAI from 'openai';

export interface AskOptions {
  stream?: boolean;
  signal?: AbortSignal;
  maxRetries?: number;
}

/** Asks an LLM by OpenAI's SDK through a fetch; answers what it said. */
export async function ask(
  fetch: typeof globalThis.fetch,
  { url }: Pick<LlmEndpoint, 'url'>,
  content: string,
  { stream = false, signal, maxRetries = 0 }: AskOptions = {},
): Promise<string> {
  const { completions } = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', fetch, maxRetries }).chat;
  const request = { model: 'gpt-5', messages: [{ role: 'user' as const, content }] };
  if (!stream) return (await completions.create(request, { signal })).choices[0]?.message.content ?? '';
  let said = '';
  for await (const { choices } of await completions.create({ ...request, stream }, { signal })) {
    said += choices[0]?.delta.content ?? '';
  }
  return said;
}
