import { LIMITS, messageInputSchema, metadataSchema } from '@stepledger/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findProtocol } from './find-protocol.ts';
import type { SentRequest } from './protocol.ts';

const CHAT = 'http://localhost/v1/chat/completions';
const RESPONSES = 'http://localhost/v1/responses';
const MESSAGES = 'http://localhost/v1/messages';
const GOOGLE = 'http://localhost/v1beta/models/gemini-3-pro:generateContent';
const URLS = [
  CHAT,
  RESPONSES,
  MESSAGES,
  'http://localhost/api/chat',
  'http://localhost/api/generate',
  GOOGLE,
];

function read(url: string, body: unknown): SentRequest | null {
  const protocol = findProtocol(new URL(url));
  if (!protocol) throw new Error(`No protocol at ${url}`);
  return protocol.readRequest(body);
}

const text = (role: string, content: string) => ({ role, content, format: 'text' });
const json = (role: string, value: unknown) => ({ role, content: JSON.stringify(value), format: 'json' });

test('a chat completion has its messages in order; what is more than a role and a text is kept as JSON', () => {
  const parts = { role: 'user', content: [{ type: 'text', text: 'Hi' }] };
  const tool = { role: 'tool', content: '4', tool_call_id: 'call_1' };
  const call = { role: 'assistant', content: null, tool_calls: [{ id: 'call_1' }] };
  const body = {
    model: 'gpt-5',
    messages: [{ role: 'system', content: ' Be brief.\r\n' }, parts, call, tool, 7, { content: 'x' }],
    temperature: 0.2,
    stream: true,
    response_format: { type: 'json_object' },
  };
  expect(read(CHAT, body)).toEqual({
    model: 'gpt-5',
    messages: [
      text('system', ' Be brief.\r\n'),
      json('user', parts),
      json('assistant', call),
      json('tool', tool),
      json('unknown', 7),
      json('unknown', { content: 'x' }),
    ],
    parameters: { temperature: 0.2, stream: true, response_format: { type: 'json_object' } },
  });
});

test('a response takes a text or items, and its instructions come first', () => {
  expect(read(RESPONSES, { model: 'gpt-5', instructions: 'Be brief.', input: 'Hi' })).toEqual({
    model: 'gpt-5',
    messages: [text('system', 'Be brief.'), text('user', 'Hi')],
  });
  const output = { type: 'function_call_output', call_id: 'c', output: '4' };
  const items = [{ role: 'user', content: 'Hi' }, output];
  expect(read(RESPONSES, { input: items, previous_response_id: 'resp_1' })).toEqual({
    messages: [text('user', 'Hi'), json('unknown', output)],
    parameters: { previous_response_id: 'resp_1' },
  });
});

test('the system prompt of a message comes first, as text or as its JSON', () => {
  const messages = [{ role: 'user', content: 'Hi' }];
  expect(read(MESSAGES, { model: 'claude-5', max_tokens: 9, system: 'Be brief.', messages })).toEqual({
    model: 'claude-5',
    messages: [text('system', 'Be brief.'), text('user', 'Hi')],
    parameters: { max_tokens: 9 },
  });
  const system = [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }];
  expect(read(MESSAGES, { system, messages })?.messages[0]).toEqual(json('system', system));
});

test('a prompt for Ollama is a message, with its images as JSON', () => {
  const url = 'http://localhost/api/generate';
  expect(read(url, { model: 'qwen3', system: 'Be brief.', prompt: 'Hi', options: { seed: 1 } })).toEqual({
    model: 'qwen3',
    messages: [text('system', 'Be brief.'), text('user', 'Hi')],
    parameters: { options: { seed: 1 } },
  });
  expect(read(url, { prompt: 'Hi', images: ['iVBO'] })?.messages).toEqual([
    json('user', { prompt: 'Hi', images: ['iVBO'] }),
  ]);
});

test('contents for Google are texts where they are nothing else, and the model comes out of the path', () => {
  const image = { role: 'user', parts: [{ text: 'What is it?' }, { inlineData: { data: 'iVBO' } }] };
  const thought = { role: 'model', parts: [{ text: 'hm', thought: true }] };
  const body = {
    systemInstruction: { parts: [{ text: 'Be brief.' }] },
    contents: [{ parts: [{ text: 'Hi' }] }, thought, image],
    generationConfig: { temperature: 1 },
  };
  expect(read(GOOGLE, body)).toEqual({
    model: 'gemini-3-pro',
    messages: [text('system', 'Be brief.'), text('user', 'Hi'), json('model', thought), json('user', image)],
    parameters: { generationConfig: { temperature: 1 } },
  });
  expect(read(GOOGLE, { system_instruction: 'x', contents: [{ parts: 7 }] })?.messages).toEqual([
    json('system', 'x'),
    json('user', { parts: 7 }),
  ]);
});

test('what is not asked by the protocol is not read', () => {
  for (const url of URLS) {
    for (const body of [
      null,
      7,
      'x',
      [],
      {},
      { messages: 'x' },
      { messages: [] },
      { contents: {} },
      { input: 7 },
    ]) {
      expect(read(url, body)).toBeNull();
    }
  }
  const tooMany = Array(LIMITS.maxMessages + 1).fill({ role: 'user', content: '' });
  expect(read(CHAT, { messages: tooMany })).toBeNull();
  const depth = 1_000_000;
  const tooDeep: unknown = JSON.parse(`[{"role":"user","content":${'['.repeat(depth)}${']'.repeat(depth)}}]`);
  expect(read(CHAT, { messages: tooDeep })).toBeNull();
});

test('a role that is no name is unknown', () => {
  for (const role of ['', 'x'.repeat(201), 'a\nb', '\ud800', 7, null, undefined]) {
    expect(read(CHAT, { messages: [{ role, content: 'Hi' }] })?.messages[0]?.role).toBe('unknown');
  }
});

test('parameters that cannot be stored are left out, and the others kept', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  const body: unknown = JSON.parse('{"__proto__":{"x":1},"messages":[{"role":"user","content":"Hi"}]}');
  const sent = read(CHAT, {
    ...(body as object),
    nul: '\0',
    '\ud800': 1,
    lone: { a: ['\udfff'] },
    deep,
    tools: Array(40_000).fill(0),
    user: 'x'.repeat(60_000),
    metadata: 'y'.repeat(6000),
    seed: 1,
  });
  expect(sent?.parameters).toEqual({ user: 'x'.repeat(60_000), seed: 1 });
  expect(read(CHAT, body)).toEqual({ messages: [text('user', 'Hi')] });
});

test('a body of 200,000 members takes little time and what is read of it can be stored', () => {
  const body: Record<string, unknown> = { messages: [{ role: 'user', content: 'Hi' }] };
  for (let index = 0; index < 200_000; index++) body[`p${index}`] = index;
  const { parameters } = read(CHAT, body) ?? {};
  expect(metadataSchema.safeParse(parameters).success).toBe(true);
  expect(Object.keys(parameters ?? {})).toHaveLength(999);
});

test('whatever is sent, what is read can be stored', () => {
  const member = fc.constantFrom(
    'messages',
    'input',
    'contents',
    'system',
    'model',
    'instructions',
    'prompt',
  );
  const message = fc.record(
    { role: fc.string({ unit: 'binary' }), content: fc.jsonValue() },
    { requiredKeys: [] },
  );
  const value = fc.oneof(fc.jsonValue({ stringUnit: 'binary' }), fc.array(message));
  const body = fc.dictionary(fc.oneof(member, fc.string({ unit: 'binary' })), value);
  fc.assert(
    fc.property(fc.constantFrom(...URLS), body, (url, sent) => {
      const known = read(url, sent);
      for (const message of known?.messages ?? []) expect(messageInputSchema.parse(message)).toEqual(message);
      if (known?.parameters) expect(metadataSchema.parse(known.parameters)).toEqual(known.parameters);
    }),
    { numRuns: 200 },
  );
});
