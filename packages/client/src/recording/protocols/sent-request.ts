import {
  identifierSchema,
  type JsonObject,
  type JsonValue,
  LIMITS,
  metadataSchema,
} from '@stepledger/contract';
import type { MessageInput } from '../../prompts/resolve-prompt.ts';
import { isRecord, type JsonRecord } from './json.ts';
import type { SentRequest } from './protocol.ts';

/** More members than any API has are not looked at. */
const MAX_PARAMETERS = 1000;

interface Parts {
  messages: MessageInput[];
  model: unknown;
  /** The members that messages and model were taken from; the others are parameters. */
  taken: readonly string[];
}

/**
 * Makes the reader of a request body out of one that finds messages and model; it answers null for what is not asked
 * by this protocol, too deep to be written as JSON, or more messages than an exchange may have.
 */
export function readRequestWith(find: (body: JsonRecord) => Parts | null) {
  return (body: unknown): SentRequest | null => {
    try {
      const parts = isRecord(body) ? find(body) : null;
      if (parts === null || parts.messages.length === 0 || parts.messages.length > LIMITS.maxMessages)
        return null;
      const { messages, model, taken } = parts;
      const parameters = toParameters(body as JsonRecord, taken);
      const named = toIdentifier(model);
      return {
        messages,
        ...(named !== undefined && { model: named }),
        ...(Object.keys(parameters).length > 0 && { parameters }),
      };
    } catch {
      // JSON.stringify goes only as deep as the stack, JSON.parse any depth.
      return null;
    }
  };
}

/** A message as the provider takes it: its text where it is nothing more than a role and a text, else its JSON. */
export function toMessage(value: unknown): MessageInput {
  if (!isRecord(value)) return jsonMessage('unknown', value);
  const { role, content } = value;
  if (typeof content !== 'string' || Object.keys(value).length !== 2) return jsonMessage(role, value);
  return textMessage(role, content);
}

export function textMessage(role: unknown, content: string): MessageInput {
  return { role: toIdentifier(role) ?? 'unknown', content, format: 'text' };
}

export function jsonMessage(role: unknown, value: unknown): MessageInput {
  return { role: toIdentifier(role) ?? 'unknown', content: JSON.stringify(value), format: 'json' };
}

/** What stands apart from the messages: a text, or the provider's JSON for one. None when it is left out. */
export function systemMessages(system: unknown): MessageInput[] {
  if (system === undefined || system === null) return [];
  return [typeof system === 'string' ? textMessage('system', system) : jsonMessage('system', system)];
}

/** Undefined for what is no name that can be stored. */
export function toIdentifier(value: unknown): string | undefined {
  return identifierSchema.safeParse(value).data;
}

/** The members that may be stored, in their order, as many as fit. */
function toParameters(body: JsonRecord, taken: readonly string[]): JsonObject {
  const parameters: JsonObject = {};
  let bytes = 0;
  for (const name of Object.keys(body).slice(0, MAX_PARAMETERS)) {
    if (taken.includes(name)) continue;
    const parameter = { [name]: body[name] as JsonValue };
    if (!metadataSchema.safeParse(parameter).success) continue;
    const size = new TextEncoder().encode(JSON.stringify(parameter)).length;
    if (bytes + size > LIMITS.maxMetadataBytes) continue;
    bytes += size;
    Object.assign(parameters, parameter);
  }
  return parameters;
}
