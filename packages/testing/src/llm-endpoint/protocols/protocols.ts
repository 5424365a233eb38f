import { anthropic } from './anthropic.ts';
import { google } from './google.ts';
import { ollama } from './ollama.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import type { Asked, JsonObject, LlmProtocol } from './protocol.ts';

const PROTOCOLS: readonly LlmProtocol[] = [openaiChat, openaiResponses, anthropic, ollama, google];

/** Finds the protocol whose path it is, and what is asked for. */
export function findProtocol(url: URL, body: JsonObject): { protocol: LlmProtocol; asked: Asked } | null {
  for (const protocol of PROTOCOLS) {
    const asked = protocol.read(url, body);
    if (asked !== null) return { protocol, asked };
  }
  return null;
}
