import type { AnswerReader } from '../src/recording/protocols/protocol.ts';

export const CHAT = 'https://api.openai.com/v1/chat/completions';
export const RESPONSES = 'https://api.openai.com/v1/responses';
export const MESSAGES = 'https://api.anthropic.com/v1/messages';
export const OLLAMA = 'http://127.0.0.1:11434/api/chat';
export const GOOGLE =
  'https://generativelanguage.googleapis.com/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse';
export const SSE = 'text/event-stream; charset=utf-8';
export const JSON_TYPE = 'application/json; charset=utf-8';
export const NDJSON = 'application/x-ndjson';

/** An answer as a server sends it, and what is read out of it. */
export interface Sample {
  name: string;
  url: string;
  type: string;
  body: string;
  /** The end is seen when the body has ended; in other streams it is seen before. */
  endsWithBody?: boolean;
  said: Pick<AnswerReader, 'complete' | 'failure' | 'text' | 'model' | 'usage'>;
}

export const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const event = (type: string, fields: object = {}) => `event: ${type}\n${data({ type, ...fields })}`;
export const line = (value: unknown) => `${JSON.stringify(value)}\n`;
const list = (values: unknown[]) =>
  `[${values.map((value) => JSON.stringify(value, null, 2)).join('\n,\r\n')}]`;

export const delta = (content: string, index = 0) => ({
  model: 'gpt-5-2025',
  choices: [{ index, delta: { content } }],
});
const chatUsage = {
  prompt_tokens: 9,
  completion_tokens: 12,
  total_tokens: 21,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 3 },
};
const allCounts = {
  inputTokens: 9,
  outputTokens: 12,
  totalTokens: 21,
  cachedInputTokens: 4,
  reasoningTokens: 3,
};

const outputText = (text: string) => ({ type: 'output_text', text, annotations: [] });
const response = {
  model: 'gpt-5-2025',
  status: 'completed',
  error: null,
  output: [
    { type: 'reasoning', summary: [] },
    {
      type: 'message',
      content: [outputText('Grüße 👋'), { type: 'refusal', refusal: 'no' }, outputText('!')],
    },
  ],
  usage: {
    input_tokens: 9,
    output_tokens: 12,
    total_tokens: 21,
    input_tokens_details: { cached_tokens: 4 },
    output_tokens_details: { reasoning_tokens: 3 },
  },
};

const message = {
  type: 'message',
  model: 'claude-5',
  content: [
    { type: 'thinking', thinking: 'Hm.' },
    { type: 'text', text: 'Grüße 👋' },
    { type: 'text', text: '!' },
  ],
  usage: { input_tokens: 9, output_tokens: 12, cache_read_input_tokens: 4, output_tokens_details: null },
};

const part = (text: string, more: object = {}) => ({
  candidates: [{ content: { role: 'model', parts: [{ text, ...more }] }, index: 0 }],
  modelVersion: 'gemini-3-pro-001',
});
const lastPart = (text: string) => ({
  ...part(text),
  candidates: [{ ...part(text).candidates[0], finishReason: 'STOP' }],
  usageMetadata: {
    promptTokenCount: 9,
    candidatesTokenCount: 12,
    totalTokenCount: 21,
    cachedContentTokenCount: 4,
    thoughtsTokenCount: 3,
  },
});

const toSecond = (chunk: { candidates: object[] }) => ({
  ...chunk,
  candidates: chunk.candidates.map((candidate) => ({ ...candidate, index: 1 })),
});

const whole = { complete: true, failure: undefined, text: 'Grüße 👋!' };

export const ANSWERS: Sample[] = [
  {
    name: 'a chat completion',
    url: CHAT,
    type: JSON_TYPE,
    body: JSON.stringify({
      model: 'gpt-5-2025',
      choices: [
        { index: 1, message: { content: 'other' } },
        { index: 0, message: { content: whole.text } },
      ],
      usage: chatUsage,
    }),
    said: { ...whole, model: 'gpt-5-2025', usage: allCounts },
  },
  {
    name: 'a stream of a chat completion',
    url: CHAT,
    type: SSE,
    body: `: comment\r\n\r\n${data({ model: '', choices: [] })}${data(delta('Grü'))}${data(delta('other', 1))}${data(delta('ße 👋'))}${data(delta('!'))}${data({ choices: [], usage: chatUsage })}data: [DONE]\n\n`,
    said: { ...whole, model: 'gpt-5-2025', usage: allCounts },
  },
  {
    name: 'a stream of a chat completion that is cut before its end mark',
    url: CHAT,
    type: SSE,
    body: `${data(delta('Grü'))}${data(delta('ße 👋!'))}data: {"choices":[{"de`,
    said: { ...whole, complete: false, model: 'gpt-5-2025', usage: undefined },
  },
  {
    name: 'a stream of a chat completion that reports an error before its end mark',
    url: CHAT,
    type: SSE,
    body: `${data(delta('Grü'))}${data({ error: { message: 'overloaded', code: 503 } })}data: [DONE]\n\n`,
    said: { complete: false, failure: 'overloaded', text: 'Grü', model: 'gpt-5-2025', usage: undefined },
  },
  {
    name: 'a stream of a chat completion of a server that sends no end mark',
    url: CHAT,
    type: SSE,
    body: `${data(delta('Grüße 👋!'))}${data({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}`,
    said: { ...whole, model: 'gpt-5-2025', usage: undefined },
    endsWithBody: true,
  },
  {
    name: 'a stream whose last event no empty line follows',
    url: CHAT,
    type: SSE,
    body: `${data(delta('Grüße 👋!'))}data: [DONE]`,
    said: { ...whole, model: 'gpt-5-2025', usage: undefined },
    endsWithBody: true,
  },
  {
    name: 'a stream without a content type',
    url: CHAT,
    type: '',
    body: `\n\n${data(delta('Grüße 👋!'))}data:[DONE]\r\r`,
    said: { ...whole, model: 'gpt-5-2025', usage: undefined },
  },
  {
    name: 'JSON without a content type, with a byte order mark and space around it',
    url: CHAT,
    type: '',
    body: `\uFEFF\n ${JSON.stringify({ choices: [{ message: { content: [{ type: 'text', text: whole.text }] } }] })}\n`,
    said: { ...whole, model: undefined, usage: undefined },
  },
  {
    name: 'JSON that is cut',
    url: CHAT,
    type: JSON_TYPE,
    body: '{"model":"gpt-5","choices":[{"message":{"content":"Gr',
    said: { complete: false, failure: undefined, text: null, model: undefined, usage: undefined },
  },
  {
    name: 'JSON of an error',
    url: CHAT,
    type: JSON_TYPE,
    body: '[{"error":{"code":"quota"}}]',
    said: { complete: false, failure: 'quota', text: null, model: undefined, usage: undefined },
  },
  {
    name: 'a page of HTML',
    url: CHAT,
    type: 'text/html',
    body: '<!doctype html>\n<p>data: [DONE]</p>\n',
    said: { complete: false, failure: undefined, text: null, model: undefined, usage: undefined },
  },
  {
    name: 'counts that are none',
    url: CHAT,
    type: JSON_TYPE,
    body: '{"model":7,"choices":"x","usage":{"prompt_tokens":-1,"completion_tokens":1.5,"total_tokens":"9","prompt_tokens_details":[]}}',
    said: { complete: true, failure: undefined, text: null, model: undefined, usage: undefined },
  },
  {
    name: 'a response',
    url: RESPONSES,
    type: JSON_TYPE,
    body: JSON.stringify(response),
    said: { ...whole, model: 'gpt-5-2025', usage: allCounts },
  },
  {
    name: 'a stream of a response',
    url: RESPONSES,
    type: SSE,
    body: [
      event('response.created', {
        response: { ...response, status: 'in_progress', output: [], usage: null },
      }),
      event('response.output_text.delta', { delta: 'Grüße' }),
      event('response.reasoning_text.delta', { delta: 'hm' }),
      event('response.output_text.delta', { delta: ' 👋!' }),
      event('response.completed', { response }),
    ].join(''),
    said: { ...whole, model: 'gpt-5-2025', usage: allCounts },
  },
  {
    name: 'a stream of a response that ran out of tokens and does not repeat its text',
    url: RESPONSES,
    type: SSE,
    body: [
      event('response.output_text.delta', { delta: 'Grüße 👋!' }),
      event('response.incomplete', { response: { ...response, status: 'incomplete', output: [] } }),
    ].join(''),
    said: { ...whole, model: 'gpt-5-2025', usage: allCounts },
  },
  {
    name: 'a stream of a response that failed',
    url: RESPONSES,
    type: SSE,
    body: event('response.failed', {
      response: { status: 'failed', model: 'gpt-5', error: { code: 'server_error', message: 'It broke' } },
    }),
    said: { complete: false, failure: 'It broke', text: null, model: 'gpt-5', usage: undefined },
  },
  {
    name: 'a stream of a response that reports an error',
    url: RESPONSES,
    type: SSE,
    body: event('error', { code: 'rate_limit', message: 'Slow down', param: null }),
    said: { complete: false, failure: 'Slow down', text: null, model: undefined, usage: undefined },
  },
  {
    name: 'a message',
    url: MESSAGES,
    type: JSON_TYPE,
    body: JSON.stringify(message),
    said: { ...whole, model: 'claude-5', usage: { inputTokens: 9, outputTokens: 12, cachedInputTokens: 4 } },
  },
  {
    name: 'a stream of a message',
    url: MESSAGES,
    type: SSE,
    body: [
      event('message_start', {
        message: { ...message, content: [], usage: { ...message.usage, output_tokens: 1 } },
      }),
      event('content_block_start', { index: 0, content_block: { type: 'thinking', thinking: '' } }),
      event('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } }),
      event('content_block_start', { index: 1, content_block: { type: 'text', text: '' } }),
      event('ping'),
      event('content_block_delta', { index: 1, delta: { type: 'text_delta', text: 'Grüße 👋' } }),
      event('content_block_delta', { index: 1, delta: { type: 'text_delta', text: '!' } }),
      event('content_block_stop', { index: 1 }),
      event('message_delta', {
        delta: { stop_reason: 'end_turn' },
        usage: { input_tokens: null, output_tokens: 12, output_tokens_details: { thinking_tokens: 3 } },
      }),
      event('message_stop'),
    ].join(''),
    said: {
      ...whole,
      model: 'claude-5',
      usage: { inputTokens: 9, outputTokens: 12, cachedInputTokens: 4, reasoningTokens: 3 },
    },
  },
  {
    name: 'a stream of a message that reports an error',
    url: MESSAGES,
    type: SSE,
    body: `${event('message_start', { message: { model: 'claude-5' } })}${event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } })}`,
    said: { complete: false, failure: 'Overloaded', text: null, model: 'claude-5', usage: undefined },
  },
  {
    name: 'lines of a chat',
    url: OLLAMA,
    type: NDJSON,
    body: [
      line({ model: 'qwen3', message: { content: 'Grüße', thinking: 'hm' }, done: false }),
      '\r\n',
      line({ model: 'qwen3', message: { content: ' 👋!' }, done: false }),
      line({ model: 'qwen3', message: { content: '' }, done: true, prompt_eval_count: 9, eval_count: 12 }),
    ].join(''),
    said: { ...whole, model: 'qwen3', usage: { inputTokens: 9, outputTokens: 12 } },
  },
  {
    name: 'lines of a chat that end too early, the last of them cut',
    url: OLLAMA,
    type: NDJSON,
    body: `${line({ model: 'qwen3', message: { content: 'Grüße 👋!' }, done: false })}{"done":tr`,
    said: { ...whole, complete: false, model: 'qwen3', usage: undefined },
  },
  {
    name: 'lines of a chat with an error',
    url: OLLAMA,
    type: NDJSON,
    body: `${line({ message: { content: 'Grü' } })}${line({ error: 'out of memory' })}`,
    said: { complete: false, failure: 'out of memory', text: 'Grü', model: undefined, usage: undefined },
  },
  {
    name: 'a completion over several lines',
    url: 'http://127.0.0.1:11434/api/generate',
    type: JSON_TYPE,
    body: JSON.stringify({ model: 'qwen3', response: whole.text, done: true, eval_count: 12 }, null, 2),
    said: { ...whole, model: 'qwen3', usage: { outputTokens: 12 } },
  },
  {
    name: 'a generated content',
    url: GOOGLE,
    type: JSON_TYPE,
    body: JSON.stringify(lastPart(whole.text), null, 2),
    said: { ...whole, model: 'gemini-3-pro-001', usage: allCounts },
  },
  {
    name: 'a stream of generated content',
    url: GOOGLE,
    type: SSE,
    body: [part('Grüße'), part('hm', { thought: true }), part(' 👋'), lastPart('!')]
      .map((value) => `data: ${JSON.stringify(value)}\r\n\r\n`)
      .join(''),
    said: { ...whole, model: 'gemini-3-pro-001', usage: allCounts },
  },
  {
    name: 'a stream of generated content as one list',
    url: GOOGLE,
    type: JSON_TYPE,
    body: list([part('Grüße'), part(' 👋'), lastPart('!')]),
    said: { ...whole, model: 'gemini-3-pro-001', usage: allCounts },
  },
  {
    name: 'a stream of generated content as a list that is cut',
    url: GOOGLE,
    type: JSON_TYPE,
    body: list([part('Grüße'), part(' 👋'), lastPart('!')]).slice(0, -1),
    said: { complete: false, failure: undefined, text: null, model: undefined, usage: undefined },
  },
  {
    name: 'a stream of two candidates, of which the second goes on',
    url: GOOGLE,
    type: SSE,
    body: [
      part('Grüße 👋'),
      toSecond(part('other')),
      lastPart('!'),
      toSecond(part('other')),
      toSecond(lastPart('.')),
    ]
      .map(data)
      .join(''),
    said: { ...whole, model: 'gemini-3-pro-001', usage: allCounts },
  },
  {
    name: 'a stream of two candidates, of which the second is cut',
    url: GOOGLE,
    type: SSE,
    body: [toSecond(part('other')), lastPart('Grüße 👋!')].map(data).join(''),
    said: { ...whole, complete: false, model: 'gemini-3-pro-001', usage: allCounts },
  },
  {
    name: 'a prompt that is blocked',
    url: GOOGLE,
    type: SSE,
    body: data({ promptFeedback: { blockReason: 'SAFETY' }, modelVersion: 'gemini-3-pro-001' }),
    said: { ...whole, text: null, model: 'gemini-3-pro-001', usage: undefined },
  },
];
