import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, type LanguageModel, streamText } from 'ai';
import { API_KEY, PROMPT, type SdkCase, SYSTEM } from './sdk-case.ts';

type Fetch = typeof globalThis.fetch;

function aiSdk(
  sdk: string,
  { provider, model }: Pick<SdkCase, 'provider' | 'model'>,
  open: (fetch: Fetch, url: string) => LanguageModel,
): SdkCase {
  return {
    sdk,
    provider,
    model,
    async call(fetch, url, { stream, signal }) {
      const request = {
        model: open(fetch, url),
        instructions: SYSTEM,
        prompt: PROMPT,
        ...(signal ? { abortSignal: signal } : {}),
      };
      if (!stream) return { text: (await generateText(request)).text };
      // A stream does not throw: it reports.
      let failure: unknown;
      const result = streamText({
        ...request,
        onError: ({ error }) => {
          failure = error;
        },
      });
      let text = '';
      for await (const part of result.textStream) text += part;
      if (failure !== undefined) throw failure;
      return { text };
    },
  };
}

const openai = (fetch: Fetch, url: string) => createOpenAI({ apiKey: API_KEY, baseURL: `${url}/v1`, fetch });

export const aiSdkCases: SdkCase[] = [
  aiSdk('@ai-sdk/openai', { provider: 'openai', model: 'gpt-5' }, (fetch, url) =>
    openai(fetch, url)('gpt-5'),
  ),
  aiSdk('@ai-sdk/openai chat', { provider: 'openai', model: 'gpt-5' }, (fetch, url) =>
    openai(fetch, url).chat('gpt-5'),
  ),
  aiSdk('@ai-sdk/anthropic', { provider: 'anthropic', model: 'claude-sonnet-5' }, (fetch, url) =>
    createAnthropic({ apiKey: API_KEY, baseURL: `${url}/v1`, fetch })('claude-sonnet-5'),
  ),
  aiSdk('@ai-sdk/google', { provider: 'google', model: 'gemini-2.5-pro' }, (fetch, url) =>
    createGoogle({ apiKey: API_KEY, baseURL: `${url}/v1beta`, fetch })('gemini-2.5-pro'),
  ),
];
