import type { Answer } from './answer.ts';
import { createEventReader } from './create-reader.ts';
import { at, type JsonRecord, listAt } from './json.ts';
import type { Protocol } from './protocol.ts';
import { readRequestWith, systemMessages, toMessage } from './sent-request.ts';

/** Anthropic's messages. Its input tokens do not count those that were read from the cache. */
export const anthropic: Protocol = {
  provider: 'anthropic',
  readRequest: readRequestWith(({ system, messages, model }) =>
    Array.isArray(messages)
      ? {
          messages: [...systemMessages(system), ...messages.map(toMessage)],
          model,
          taken: ['system', 'messages', 'model'],
        }
      : null,
  ),
  createReader: () =>
    createEventReader({
      readPart: readEvent,
      readWhole(body, answer) {
        readMessage(body, answer);
        answer.isEnded = true;
      },
    }),
};

function readEvent(event: JsonRecord, answer: Answer): void {
  const { type, message, content_block: block, delta, usage } = event;
  if (type === 'message_start') readMessage(message, answer);
  if (type === 'content_block_start') readBlock(block, answer);
  if (type === 'content_block_delta' && at(delta, 'type') === 'text_delta') answer.say(at(delta, 'text'));
  if (type === 'message_delta') readUsage(usage, answer);
  if (type === 'message_stop') answer.isEnded = true;
}

function readMessage(message: unknown, answer: Answer): void {
  answer.setModel(at(message, 'model'));
  readUsage(at(message, 'usage'), answer);
  for (const block of listAt(message, 'content')) readBlock(block, answer);
}

function readBlock(block: unknown, answer: Answer): void {
  if (at(block, 'type') === 'text') answer.say(at(block, 'text'));
}

function readUsage(usage: unknown, answer: Answer): void {
  answer.setUsage({
    inputTokens: at(usage, 'input_tokens'),
    outputTokens: at(usage, 'output_tokens'),
    cachedInputTokens: at(usage, 'cache_read_input_tokens'),
    reasoningTokens: at(usage, 'output_tokens_details', 'thinking_tokens'),
  });
}
