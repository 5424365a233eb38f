import Anthropic from '@anthropic-ai/sdk';
import { API_KEY, PROMPT, type SdkCase, SYSTEM } from './sdk-case.ts';

const MODEL = 'claude-sonnet-5';

export const anthropic: SdkCase = {
  sdk: '@anthropic-ai/sdk messages',
  provider: 'anthropic',
  model: MODEL,
  async call(fetch, url, { stream, signal }) {
    const { messages } = new Anthropic({ apiKey: API_KEY, baseURL: url, fetch });
    const request = {
      model: MODEL,
      max_tokens: 1024,
      system: SYSTEM,
      messages: [{ role: 'user' as const, content: PROMPT }],
    };
    if (stream) return { text: await messages.stream(request, { signal }).finalText() };
    const message = await messages.create(request, { signal });
    return { text: message.content.map((block) => (block.type === 'text' ? block.text : '')).join('') };
  },
};
