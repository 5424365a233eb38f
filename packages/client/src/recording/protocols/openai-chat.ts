import type { Answer } from './answer.ts';
import { createEventReader } from './create-reader.ts';
import { at, isRecord, type JsonRecord, listAt } from './json.ts';
import type { Protocol } from './protocol.ts';
import { readRequestWith, toMessage } from './sent-request.ts';

/** OpenAI's chat completions, which most others speak as well; not all of them send the end mark of a stream. */
export const openaiChat: Protocol = {
  provider: 'openai',
  readRequest: readRequestWith(({ messages, model }) =>
    Array.isArray(messages)
      ? { messages: messages.map(toMessage), model, taken: ['messages', 'model'] }
      : null,
  ),
  createReader: () =>
    createEventReader({
      endMark: '[DONE]',
      readPart: (part, answer) => readChoice(part, answer, 'delta'),
      readWhole(body, answer) {
        readChoice(body, answer, 'message');
        answer.isEnded = true;
      },
    }),
};

function readChoice(body: JsonRecord, answer: Answer, member: 'delta' | 'message'): void {
  const { model, usage } = body;
  answer.setModel(model);
  answer.setUsage({
    inputTokens: at(usage, 'prompt_tokens'),
    outputTokens: at(usage, 'completion_tokens'),
    totalTokens: at(usage, 'total_tokens'),
    cachedInputTokens: at(usage, 'prompt_tokens_details', 'cached_tokens'),
    reasoningTokens: at(usage, 'completion_tokens_details', 'reasoning_tokens'),
  });
  const choice = listAt(body, 'choices').find((item) => (at(item, 'index') ?? 0) === 0);
  if (typeof at(choice, 'finish_reason') === 'string') answer.isSaid = true;
  const content = at(choice, member, 'content');
  answer.say(content);
  // Some answer with a list of parts, as requests have it.
  for (const part of Array.isArray(content) ? content : []) if (isRecord(part)) answer.say(part['text']);
}
