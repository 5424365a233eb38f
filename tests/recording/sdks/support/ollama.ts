import { Ollama } from 'ollama';
import { retryRateLimit } from './retry-rate-limit.ts';
import { PROMPT, type SdkCallOptions, type SdkCase, SYSTEM } from './sdk-case.ts';

const MODEL = 'llama3.2';

export const ollamaChat: SdkCase = {
  sdk: 'ollama chat',
  provider: 'ollama',
  model: MODEL,
  call: (fetch, url, options) =>
    retryRateLimit(async () => {
      const ollama = open(fetch, url, options);
      const request = {
        model: MODEL,
        messages: [
          { role: 'system', content: SYSTEM },
          { role: 'user', content: PROMPT },
        ],
      };
      if (!options.stream) return { text: (await ollama.chat(request)).message.content };
      let text = '';
      for await (const part of await ollama.chat({ ...request, stream: true })) text += part.message.content;
      return { text };
    }),
};

export const ollamaGenerate: SdkCase = {
  sdk: 'ollama generate',
  provider: 'ollama',
  model: MODEL,
  call: (fetch, url, options) =>
    retryRateLimit(async () => {
      const ollama = open(fetch, url, options);
      const request = { model: MODEL, system: SYSTEM, prompt: PROMPT };
      if (!options.stream) return { text: (await ollama.generate(request)).response ?? '' };
      let text = '';
      for await (const part of await ollama.generate({ ...request, stream: true }))
        text += part.response ?? '';
      return { text };
    }),
};

/** The SDK takes no signal; its fetch can be given one. */
function open(fetch: typeof globalThis.fetch, host: string, { signal }: SdkCallOptions): Ollama {
  if (signal === undefined) return new Ollama({ host, fetch });
  return new Ollama({
    host,
    fetch: (input, init) => {
      const signals = [signal, init?.signal].filter((one) => one instanceof AbortSignal);
      return fetch(input, { ...init, signal: AbortSignal.any(signals) });
    },
  });
}
