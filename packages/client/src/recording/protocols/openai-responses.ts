import type { Answer } from './answer.ts';
import { createEventReader } from './create-reader.ts';
import { at, type JsonRecord, listAt } from './json.ts';
import type { Protocol } from './protocol.ts';
import { readRequestWith, systemMessages, textMessage, toMessage } from './sent-request.ts';

/** OpenAI's responses: the instructions stand apart, and the input is a text or a list of items. */
export const openaiResponses: Protocol = {
  provider: 'openai',
  readRequest: readRequestWith(({ instructions, input, model }) => ({
    messages: [...systemMessages(instructions), ...toMessages(input)],
    model,
    taken: ['instructions', 'input', 'model'],
  })),
  createReader: () =>
    createEventReader({
      readPart: readEvent,
      readWhole(body, answer) {
        readResponse(body, answer);
        answer.isEnded = true;
      },
    }),
};

function toMessages(input: unknown) {
  if (typeof input === 'string') return [textMessage('user', input)];
  return Array.isArray(input) ? input.map(toMessage) : [];
}

function readEvent(event: JsonRecord, answer: Answer): void {
  const { type, delta, response } = event;
  if (type === 'response.output_text.delta') answer.say(delta);
  // The one event that does not carry its error in a member.
  if (type === 'error') answer.fail(event);
  readResponse(response, answer);
  if (type === 'response.completed' || type === 'response.incomplete') answer.isEnded = true;
}

function readResponse(response: unknown, answer: Answer): void {
  answer.setModel(at(response, 'model'));
  const usage = at(response, 'usage');
  answer.setUsage({
    inputTokens: at(usage, 'input_tokens'),
    outputTokens: at(usage, 'output_tokens'),
    totalTokens: at(usage, 'total_tokens'),
    cachedInputTokens: at(usage, 'input_tokens_details', 'cached_tokens'),
    reasoningTokens: at(usage, 'output_tokens_details', 'reasoning_tokens'),
  });
  const parts = listAt(response, 'output').flatMap((item) => listAt(item, 'content'));
  answer.sayAgain(parts.filter((part) => at(part, 'type') === 'output_text').map((part) => at(part, 'text')));
  if (at(response, 'status') === 'failed') answer.fail(at(response, 'error') ?? 'The response failed');
}
