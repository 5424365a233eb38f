import type { JsonObject } from '@stepledger/contract';
import type { MessageInput, StoredPrompt } from '../prompts/resolve-prompt.ts';
import type { OpenInput } from './exchange-writer.ts';
import type { Protocol, SentRequest } from './protocols/protocol.ts';

/** What the caller of a recording fetch says of the calls that go through it. */
export interface RecordedCall {
  runId: string;
  step: { name: string; key: string };
  /** The predefined prompt that the messages were made from. */
  prompt?: Omit<StoredPrompt, 'messages'> | undefined;
  metadata?: JsonObject | undefined;
}

/** The input of `exchanges.open` for a request body; one that no protocol knows is one message, as it is. */
export function toOpenInput(
  body: Uint8Array,
  protocol: Protocol | null,
  { runId, step, prompt, metadata }: RecordedCall,
): OpenInput {
  const { messages, model, parameters } = readSent(body, protocol);
  const { variables, ...ref } = prompt ?? { variables: undefined };
  return {
    runId,
    step,
    messages,
    ...(protocol && { provider: protocol.provider }),
    ...(model !== undefined && { model }),
    ...(parameters && { parameters }),
    ...(prompt && { prompt: ref as { name: string } }),
    ...(variables && { variables }),
    ...(metadata && { metadata }),
  };
}

function readSent(body: Uint8Array, protocol: Protocol | null): SentRequest {
  const text = new TextDecoder().decode(body);
  const known = protocol?.readRequest(parseJson(text)) ?? null;
  if (known !== null && known.messages.length > 0) return known;
  const message: MessageInput = { role: 'user', content: text, format: 'text' };
  return { messages: [message] };
}

/** Undefined for what is no JSON: then no protocol knows it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
