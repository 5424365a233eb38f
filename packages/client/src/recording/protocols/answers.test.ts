import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ANSWERS,
  CHAT,
  data,
  delta,
  GOOGLE,
  JSON_TYPE,
  line,
  MESSAGES,
  NDJSON,
  OLLAMA,
  RESPONSES,
  type Sample,
  SSE,
} from '../../../test/answers.ts';
import { findProtocol } from './find-protocol.ts';
import type { AnswerReader } from './protocol.ts';

const encoder = new TextEncoder();

function summary({ complete, failure, text, model, usage }: AnswerReader) {
  return { complete, failure, text, model, usage };
}

function openReader(url: string, type: string): AnswerReader {
  const reader = findProtocol(new URL(url))?.createReader(type);
  if (!reader) throw new Error(`No protocol at ${url}`);
  return reader;
}

function readInChunks({ url, type }: Pick<Sample, 'url' | 'type'>, bytes: Uint8Array, sizes: number[]) {
  const reader = openReader(url, type);
  let at = 0;
  for (const size of sizes) {
    reader.push(bytes.subarray(at, at + size));
    at += size;
  }
  reader.push(bytes.subarray(at));
  reader.end();
  return summary(reader);
}

test.each(ANSWERS)('$name is read the same however its bytes are cut', ({ url, type, body, said }) => {
  const bytes = encoder.encode(body);
  expect(readInChunks({ url, type }, bytes, [])).toEqual(said);
  expect(readInChunks({ url, type }, bytes, Array(bytes.length).fill(1))).toEqual(said);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 }), (sizes) => {
      expect(readInChunks({ url, type }, bytes, sizes)).toEqual(said);
    }),
    { numRuns: 50 },
  );
});

test.each(
  ANSWERS.filter(
    ({ said, type, endsWithBody }) => said.complete && type !== JSON_TYPE && type !== '' && !endsWithBody,
  ),
)('$name is complete with its end mark, before the body ends', ({ url, type, body }) => {
  const reader = openReader(url, type);
  const bytes = encoder.encode(body);
  reader.push(bytes.subarray(0, -3));
  expect(reader.complete).toBe(false);
  reader.push(bytes.subarray(-3));
  expect(reader.complete).toBe(true);
});

test('no bytes make a reader fail', () => {
  const urls = fc.constantFrom(CHAT, RESPONSES, MESSAGES, OLLAMA, GOOGLE);
  const types = fc.constantFrom(SSE, JSON_TYPE, NDJSON, '');
  const value = fc.json().map((json) => encoder.encode(json));
  const eventOf = fc.json().map((json) => encoder.encode(`data: ${json}\n\n`));
  fc.assert(
    fc.property(urls, types, fc.array(fc.oneof(fc.uint8Array(), value, eventOf)), (url, type, chunks) => {
      const reader = openReader(url, type);
      for (const chunk of chunks) reader.push(chunk);
      reader.end();
      expect(typeof reader.complete).toBe('boolean');
    }),
  );
});

test('members of the wrong kind say nothing', () => {
  const names = ['choices', 'delta', 'message', 'content', 'index', 'type', 'text', 'response', 'output'];
  const more = ['candidates', 'parts', 'usage', 'usageMetadata', 'model', 'error', 'content_block', 'done'];
  const key = fc.constantFrom(...names, ...more);
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<unknown>(
        null,
        0,
        true,
        'text',
        'output_text',
        'message_start',
        'response.completed',
        [],
      ),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 6 }),
    ),
  }));
  fc.assert(
    fc.property(fc.constantFrom(CHAT, RESPONSES, MESSAGES, OLLAMA, GOOGLE), tree, (url, value) => {
      for (const [type, body] of [
        [SSE, data(value)],
        [NDJSON, line(value)],
        [JSON_TYPE, line(value)],
      ] as const) {
        const reader = openReader(url, type);
        reader.push(encoder.encode(body));
        reader.end();
        expect(['string', 'object']).toContain(typeof reader.text);
      }
    }),
  );
});

test('an answer of more than 16 MiB is not held: its text is cut, and a longer line is passed over', () => {
  const megabyte = 'x'.repeat(1024 * 1024);
  const chat = openReader(CHAT, SSE);
  for (let count = 0; count < 20; count++) chat.push(encoder.encode(data(delta(megabyte))));
  chat.push(encoder.encode('data: [DONE]\n\n'));
  expect([chat.complete, chat.text?.length]).toEqual([true, 16 * 1024 * 1024]);

  const lines = openReader(OLLAMA, NDJSON);
  for (let count = 0; count < 20; count++) lines.push(encoder.encode(megabyte));
  lines.push(encoder.encode(`\n${line({ message: { content: 'end' }, done: true })}`));
  expect([lines.complete, lines.text]).toEqual([true, 'end']);

  for (const start of ['{"a":"', 'data: {"a":"']) {
    const reader = openReader(CHAT, '');
    reader.push(encoder.encode(start));
    for (let count = 0; count < 20; count++) reader.push(encoder.encode(megabyte));
    reader.push(encoder.encode('"}\n\ndata: [DONE]\n\n'));
    reader.end();
    expect(summary(reader)).toEqual({
      complete: false,
      failure: undefined,
      text: null,
      model: undefined,
      usage: undefined,
    });
  }
});

test('an error nested a million deep is read', () => {
  const reader = openReader(CHAT, SSE);
  const depth = 1_000_000;
  reader.push(encoder.encode(`data: {"error":${'['.repeat(depth)}${']'.repeat(depth)}}\n\n`));
  expect(reader.failure).toBe('no reason given');
});
