import type { JsonObject } from './protocol.ts';

/** The error of both OpenAI protocols. */
export function writeOpenaiError(status: number, message: string): JsonObject {
  const type = status === 429 ? 'rate_limit_error' : 'server_error';
  return { error: { message, type, param: null, code: null } };
}
