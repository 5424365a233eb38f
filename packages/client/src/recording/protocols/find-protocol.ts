import { anthropic } from './anthropic.ts';
import { createGoogle } from './google.ts';
import { ollamaChat, ollamaGenerate } from './ollama.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import type { Protocol } from './protocol.ts';

const BY_ENDING: [ending: string, Protocol][] = [
  ['/chat/completions', openaiChat],
  ['/responses', openaiResponses],
  ['/v1/messages', anthropic],
  ['/api/chat', ollamaChat],
  ['/api/generate', ollamaGenerate],
];
const GOOGLE = /(?:^|\/)([^/]*):(?:generateContent|streamGenerateContent)$/;

/** The protocol that is spoken at a URL, by the end of its path, on any host; null when it is none of those known. */
export function findProtocol({ pathname }: URL): Protocol | null {
  const path = pathname.replace(/\/+$/, '');
  const found = BY_ENDING.find(([ending]) => path.endsWith(ending));
  if (found) return found[1];
  const [, model] = GOOGLE.exec(path) ?? [];
  return model === undefined ? null : createGoogle(decoded(model));
}

/** Whose API it is that is spoken at a URL of an LLM, such as `openai`; null for a URL that no protocol known has. */
export function providerOf(url: URL): string | null {
  return findProtocol(url)?.provider ?? null;
}

/** Undefined for what is not well encoded. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
