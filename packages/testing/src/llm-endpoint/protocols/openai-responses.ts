import { writeOpenaiError } from './openai-error.ts';
import { CREATED, json, type LlmProtocol, modelAndStream, type Saying, TOKENS } from './protocol.ts';

/** OpenAI responses: a stream of typed events that ends with `response.completed`. */
export const openaiResponses: LlmProtocol = {
  name: 'openai-responses',
  read: ({ pathname }, body) => (pathname === '/v1/responses' ? modelAndStream(body) : null),
  write: (saying) => (saying.stream ? writeStream(saying) : json(toResponse(saying, [toMessage(saying)]))),
  writeError: writeOpenaiError,
};

const toPart = (text: string) => ({ type: 'output_text', annotations: [], logprobs: [], text });

function toMessage({ id, pieces }: Saying) {
  const content = [toPart(pieces.join(''))];
  return { id: `msg_${id}`, type: 'message', status: 'completed', role: 'assistant', content };
}

function toResponse({ id, model }: Saying, output: object[]) {
  const isCompleted = output.length > 0;
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: CREATED,
    status: isCompleted ? 'completed' : 'in_progress',
    error: null,
    incomplete_details: null,
    model,
    output,
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    usage: isCompleted
      ? {
          input_tokens: TOKENS.input,
          input_tokens_details: { cached_tokens: TOKENS.cachedInput },
          output_tokens: TOKENS.output,
          output_tokens_details: { reasoning_tokens: TOKENS.reasoning },
          total_tokens: TOKENS.input + TOKENS.output,
        }
      : null,
  };
}

function writeStream(saying: Saying) {
  let sequence = 0;
  const event = (type: string, fields: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...fields })}\n\n`;
  const message = toMessage(saying);
  const text = saying.pieces.join('');
  const item = { output_index: 0, item_id: message.id };
  const place = { ...item, content_index: 0 };
  const begun = { ...message, status: 'in_progress', content: [] };
  return {
    contentType: 'text/event-stream; charset=utf-8',
    parts: [
      event('response.created', { response: toResponse(saying, []) }),
      event('response.in_progress', { response: toResponse(saying, []) }),
      event('response.output_item.added', { output_index: 0, item: begun }),
      event('response.content_part.added', { ...place, part: toPart('') }),
      ...saying.pieces.map((delta) => event('response.output_text.delta', { ...place, delta, logprobs: [] })),
      event('response.output_text.done', { ...place, text, logprobs: [] }),
      event('response.content_part.done', { ...place, part: toPart(text) }),
      event('response.output_item.done', { output_index: 0, item: message }),
      event('response.completed', { response: toResponse(saying, [message]) }),
    ],
  };
}
