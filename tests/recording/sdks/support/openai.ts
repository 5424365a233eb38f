import OpenAI from 'openai';
import { API_KEY, PROMPT, type SdkCase, SYSTEM } from './sdk-case.ts';

const MODEL = 'gpt-5';
const openai = (fetch: typeof globalThis.fetch, url: string) =>
  new OpenAI({ apiKey: API_KEY, baseURL: `${url}/v1`, fetch });

export const openaiChat: SdkCase = {
  sdk: 'openai chat.completions',
  provider: 'openai',
  model: MODEL,
  async call(fetch, url, { stream, signal }) {
    const { completions } = openai(fetch, url).chat;
    const request = {
      model: MODEL,
      temperature: 0.2,
      messages: [
        { role: 'system' as const, content: SYSTEM },
        { role: 'user' as const, content: PROMPT },
      ],
    };
    if (!stream) {
      const completion = await completions.create(request, { signal });
      return { text: completion.choices[0]?.message.content ?? '' };
    }
    const chunks = await completions.create(
      { ...request, stream, stream_options: { include_usage: true } },
      { signal },
    );
    let text = '';
    for await (const chunk of chunks) text += chunk.choices[0]?.delta.content ?? '';
    return { text };
  },
};

export const openaiResponses: SdkCase = {
  sdk: 'openai responses',
  provider: 'openai',
  model: MODEL,
  async call(fetch, url, { stream, signal }) {
    const { responses } = openai(fetch, url);
    const request = { model: MODEL, instructions: SYSTEM, input: PROMPT };
    if (!stream) return { text: (await responses.create(request, { signal })).output_text };
    let text = '';
    for await (const event of await responses.create({ ...request, stream }, { signal }))
      if (event.type === 'response.output_text.delta') text += event.delta;
    return { text };
  },
};
