import { writeOpenaiError } from './openai-error.ts';
import {
  CREATED,
  isObject,
  json,
  type LlmProtocol,
  modelAndStream,
  type Saying,
  TOKENS,
} from './protocol.ts';

const USAGE = {
  prompt_tokens: TOKENS.input,
  completion_tokens: TOKENS.output,
  total_tokens: TOKENS.input + TOKENS.output,
  prompt_tokens_details: { cached_tokens: TOKENS.cachedInput, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: TOKENS.reasoning, audio_tokens: 0 },
};

/** OpenAI chat completions, which most other servers of LLMs speak too. */
export const openaiChat: LlmProtocol = {
  name: 'openai-chat',
  read: ({ pathname }, body) => (pathname === '/v1/chat/completions' ? modelAndStream(body) : null),
  write: (saying) => (saying.stream ? writeStream(saying) : writeCompletion(saying)),
  writeError: writeOpenaiError,
};

function writeCompletion({ id, model, pieces }: Saying) {
  const message = { role: 'assistant', content: pieces.join(''), refusal: null, annotations: [] };
  return json({
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created: CREATED,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    usage: USAGE,
  });
}

function writeStream({ id, model, pieces, body }: Saying) {
  const options = body['stream_options'];
  const withUsage = isObject(options) && options['include_usage'] === true;
  const event = (choices: unknown[], usage: unknown = null) => {
    const chunk = { id: `chatcmpl-${id}`, object: 'chat.completion.chunk', created: CREATED, model, choices };
    return `data: ${JSON.stringify(withUsage ? { ...chunk, usage } : chunk)}\n\n`;
  };
  const choice = (delta: object, finishReason: string | null = null) => [
    { index: 0, delta, logprobs: null, finish_reason: finishReason },
  ];
  return {
    contentType: 'text/event-stream; charset=utf-8',
    parts: [
      event(choice({ role: 'assistant', content: '', refusal: null })),
      ...pieces.map((content) => event(choice({ content }))),
      event(choice({}, 'stop')),
      ...(withUsage ? [event([], USAGE)] : []),
      'data: [DONE]\n\n',
    ],
  };
}
