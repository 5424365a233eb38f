/** Stands for any key; it must not be found in a database. */
export const API_KEY = 'sk-secret-4f1d8a6b2c9e7035';
export const SYSTEM = 'You are a "software" engineer.\r\nAnswer in Markdown.';
export const PROMPT =
  'Design the caf\u00e9\u2019s \u{1f469}\u200d\u{1f4bb} todo app:\n```json\n{"a": 1.10}\n```\n';

export interface SdkCallOptions {
  stream: boolean;
  signal?: AbortSignal | undefined;
}

/** One SDK as an agent's developer would use it, with its own retries. */
export interface SdkCase {
  sdk: string;
  /** Whose protocol it speaks. */
  provider: 'openai' | 'anthropic' | 'ollama' | 'google';
  model: string;
  /** Answers what the LLM said; `url` is the endpoint's, without a path. */
  call(fetch: typeof globalThis.fetch, url: string, options: SdkCallOptions): Promise<{ text: string }>;
}
