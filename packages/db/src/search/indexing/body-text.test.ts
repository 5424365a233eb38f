import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringsOf } from './body-text.ts';

test('JSON is its strings, without the names of its fields', () => {
  const body = JSON.stringify({
    id: 7,
    content: [{ type: 'text', text: 'One\ntwo' }, { input: { path: 'a.ts' } }],
  });
  expect(stringsOf(body)).toBe('text\nOne\ntwo\na.ts');
});

test('a stream of events is what its pieces say together', () => {
  const events = [
    { type: 'delta', delta: { text: 'auth' } },
    { delta: { text: 'entication' } },
    { usage: 7 },
  ];
  const body = events.map((event) => `event: x\ndata: ${JSON.stringify(event)}\n\n`).join('');
  expect(stringsOf(`${body}data: [DONE]\n\n`)).toBe('authentication');
  const lines = events.map((event) => JSON.stringify(event)).join('\n');
  expect(stringsOf(lines)).toBe('authentication');
});

test('anything else is no JSON', () => {
  for (const body of ['', 'A text.', '{ not json', 'data: x', '{"a":1}\nand more'])
    expect(stringsOf(body)).toBeNull();
});

test('nesting of any depth is read', () => {
  const depth = 5_000;
  expect(stringsOf(`${'['.repeat(depth)}"deep"${']'.repeat(depth)}`)).toBe('deep');
  fc.assert(fc.property(fc.jsonValue(), (value) => void stringsOf(JSON.stringify(value))));
  expect.assertions(1);
});
