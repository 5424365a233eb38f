import { retryRateLimit } from './retry-rate-limit.ts';
import { API_KEY, PROMPT, type SdkCase, SYSTEM } from './sdk-case.ts';

const MODEL = 'gemini-2.5-flash';

interface Part {
  candidates: { content: { parts: { text: string }[] } }[];
}

/** No SDK but `fetch` by hand, with the key where Google's own examples have it. */
export const googleRest: SdkCase = {
  sdk: 'fetch by hand, ?key=',
  provider: 'google',
  model: MODEL,
  call: (fetch, url, { stream, signal = null }) =>
    retryRateLimit(async () => {
      const method = stream
        ? `streamGenerateContent?alt=sse&key=${API_KEY}`
        : `generateContent?key=${API_KEY}`;
      const response = await fetch(`${url}/v1beta/models/${MODEL}:${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          systemInstruction: { parts: [{ text: SYSTEM }] },
          contents: [{ role: 'user', parts: [{ text: PROMPT }] }],
        }),
        signal,
      });
      const body = await response.text();
      if (!response.ok) throw Object.assign(new Error(body), { status_code: response.status });
      const parts = stream
        ? body
            .split('\r\n\r\n')
            .filter(Boolean)
            .map((event) => event.slice('data: '.length))
        : [body];
      return { text: parts.map((part) => textOf(JSON.parse(part))).join('') };
    }),
};

const textOf = ({ candidates }: Part): string =>
  candidates.flatMap(({ content }) => content.parts.map(({ text }) => text)).join('');
