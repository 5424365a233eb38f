import type { MessageInput } from '../../prompts/resolve-prompt.ts';
import type { Answer } from './answer.ts';
import { type AnswerFormat, createLineReader } from './create-reader.ts';
import { at, type JsonRecord } from './json.ts';
import type { Protocol } from './protocol.ts';
import { jsonMessage, readRequestWith, systemMessages, textMessage, toMessage } from './sent-request.ts';

const format: AnswerFormat = { readPart: readLine, readWhole: readLine };

/** Ollama's own chat. */
export const ollamaChat: Protocol = {
  provider: 'ollama',
  readRequest: readRequestWith(({ messages, model }) =>
    Array.isArray(messages)
      ? { messages: messages.map(toMessage), model, taken: ['messages', 'model'] }
      : null,
  ),
  createReader: (contentType) => createLineReader(format, contentType),
};

/** Ollama's completion of one prompt, which may come with images. */
export const ollamaGenerate: Protocol = {
  provider: 'ollama',
  readRequest: readRequestWith(({ system, prompt, images, model }) => ({
    messages: [...systemMessages(system), ...toPrompt(prompt, images)],
    model,
    taken: ['system', 'prompt', 'images', 'model'],
  })),
  createReader: (contentType) => createLineReader(format, contentType),
};

function toPrompt(prompt: unknown, images: unknown): MessageInput[] {
  if (typeof prompt !== 'string') return [];
  return [images === undefined ? textMessage('user', prompt) : jsonMessage('user', { prompt, images })];
}

/** One line of a stream, or the whole answer: they are of one form. */
function readLine(line: JsonRecord, answer: Answer): void {
  const { model, message, response, done } = line;
  answer.setModel(model);
  answer.say(at(message, 'content') ?? response);
  answer.setUsage({ inputTokens: line['prompt_eval_count'], outputTokens: line['eval_count'] });
  if (done === true) answer.isEnded = true;
}
