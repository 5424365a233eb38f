import { expect, test } from 'vitest';
import { inWholeLines } from './whole-lines.ts';

const encoder = new TextEncoder();

async function chunksOf(...chunks: string[]): Promise<string[]> {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk));
      controller.close();
    },
  });
  const decoder = new TextDecoder();
  const passed: string[] = [];
  for await (const chunk of inWholeLines(new Response(body)).body ?? []) passed.push(decoder.decode(chunk));
  return passed;
}

test('chunks are held back until their line is whole', async () => {
  expect(await chunksOf('{"a', '":', '1}\n', '{"b":2}\n{"c"', ':3}\n')).toEqual([
    '{"a":1}\n',
    '{"b":2}\n',
    '{"c":3}\n',
  ]);
});

test('lines that come together stay together, and what follows the last line feed is passed on at the end', async () => {
  expect(await chunksOf('1\n2\n3', '4')).toEqual(['1\n2\n', '34']);
  expect(await chunksOf()).toEqual([]);
});

test('status, headers and an empty body are kept', async () => {
  const answer = inWholeLines(new Response('x', { status: 207, headers: { 'x-stepledger-api': '1' } }));
  expect([answer.status, answer.headers.get('x-stepledger-api'), await answer.text()]).toEqual([
    207,
    '1',
    'x',
  ]);
  const empty = new Response(null, { status: 204 });
  expect(inWholeLines(empty)).toBe(empty);
});

test('a broken connection reaches the reader', async () => {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      controller.error(new Error('broken'));
    },
  });
  await expect(inWholeLines(new Response(body)).text()).rejects.toThrow('broken');
});
