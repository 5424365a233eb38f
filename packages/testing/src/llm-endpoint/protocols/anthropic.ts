import { json, type LlmProtocol, modelAndStream, type Saying, TOKENS } from './protocol.ts';

const ERROR_TYPES: Record<number, string> = { 404: 'not_found_error', 429: 'rate_limit_error' };

/** Anthropic messages: a stream from `message_start` to `message_stop`. */
export const anthropic: LlmProtocol = {
  name: 'anthropic',
  read: ({ pathname }, body) => (pathname === '/v1/messages' ? modelAndStream(body) : null),
  write: (saying) => (saying.stream ? writeStream(saying) : json(toMessage(saying, true))),
  writeError: (status, message) => ({
    type: 'error',
    error: { type: ERROR_TYPES[status] ?? 'api_error', message },
    request_id: 'req_1',
  }),
};

function toMessage({ id, model, pieces }: Saying, isWhole: boolean) {
  return {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model,
    content: isWhole ? [{ type: 'text', text: pieces.join('') }] : [],
    stop_reason: isWhole ? 'end_turn' : null,
    stop_sequence: null,
    usage: {
      input_tokens: TOKENS.input,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: TOKENS.cachedInput,
      output_tokens: isWhole ? TOKENS.output : 1,
    },
  };
}

function writeStream(saying: Saying) {
  const event = (type: string, fields: object = {}) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  const ended = { stop_reason: 'end_turn', stop_sequence: null };
  return {
    contentType: 'text/event-stream; charset=utf-8',
    parts: [
      event('message_start', { message: toMessage(saying, false) }),
      event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
      event('ping'),
      ...saying.pieces.map((text) =>
        event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
      ),
      event('content_block_stop', { index: 0 }),
      event('message_delta', { delta: ended, usage: { output_tokens: TOKENS.output } }),
      event('message_stop'),
    ],
  };
}
