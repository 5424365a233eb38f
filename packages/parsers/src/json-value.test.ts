import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type JsonValueOptions, jsonValue } from './json-value.ts';
import { PARSER_LIMITS } from './limits.ts';

const kind = 'plan';

/** What is read, and the source that it is read from. */
function read(raw: string, options: Partial<JsonValueOptions<unknown>> = {}) {
  let value: unknown;
  const toDocuments = (found: unknown, text: string) => {
    value = found;
    return [{ kind, text }];
  };
  const [document] = jsonValue({ kind, toDocuments, ...options }).parse(raw);
  return { value, source: document?.text };
}

test('valid JSON is never altered, alone, in a fence or amid prose', () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  const layout = fc.constantFrom('', ' ', '\t');
  fc.assert(
    fc.property(value, layout, (any, space) => {
      const source = JSON.stringify(any, null, space);
      const expected = { value: JSON.parse(source), source };
      expect(read(source)).toEqual(expected);
      expect(read(`\ufeff \r\n${source}\n`)).toEqual(expected);
      expect(read(`Here it is:\n\n\`\`\`json\n${source}\n\`\`\`\nI hope it helps {x} [1].`)).toEqual(
        expected,
      );
      const object = JSON.stringify({ any }, null, space);
      expect(read(`Sure, it's [CONTENT]\n${object}\n[/CONTENT] as in [1].`)).toEqual({
        value: JSON.parse(object),
        source: object,
      });
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['commas too many', '{"a": [1, 2,],}', { a: [1, 2] }],
  ['comments', '{\n  // it\'s "one"\n  "a": 1 /* } */\n}', { a: 1 }],
  ['single quotes', "{'a': 'it\\'s }'}", { a: "it's }" }],
  ['bare names', '{a: 1, b_2: true}', { a: 1, b_2: true }],
  ['quotes that are not escaped', '{"a": "he said "yes" to it"}', { a: 'he said "yes" to it' }],
  ['Python', "{'a': None, 'b': True}", { a: null, b: true }],
  ['curly quotes', '{“a”: “b”}', { a: 'b' }],
])('%s are repaired amid prose, and the source is kept as it is', (_, source, value) => {
  expect(read(`It's this: ${source} - isn't it?`)).toEqual({ value, source });
  expect(() => read(`It's this: ${source}`, { strict: true })).toThrow('no JSON that can be read');
});

test.each([
  ['in a string', 'Plan: {"a": [{"b": "c'],
  ['in a name', 'Plan: {"a": [{"b": "c"}], "d'],
  ['behind a comma', 'Plan:\n```json\n{"a": [{"b": "c"},'],
  ['in an unmarked fence', '```\n{"a": [{"b": "c"}]\n'],
])('an answer that was cut off %s gives what there is', (_, raw) => {
  const { value, source } = read(raw);
  expect(value).toMatchObject({ a: [{ b: 'c' }] });
  expect(raw.endsWith(`${source}`) || raw.endsWith(`${source}\n`)).toBe(true);
});

test('a fence that says json comes before prose, and the longest of prose before the rest', () => {
  expect(read('{"prose": "longer than the other"}\n```json\n{"a": 1}\n```').value).toEqual({ a: 1 });
  expect(read('As in [1, 2] {"a": {"b": 1}} {"c": 2}').value).toEqual({ a: { b: 1 } });
  expect(read('```ts\nconst a = {};\n```\n```\n[1]\n```').value).toEqual([1]);
});

test.each(['I cannot do that.', '- [ ] a task [1] {x} [link](url)', '', '{', '```json\n```'])(
  'an answer without JSON is refused: %j',
  (raw) => {
    const parse = () => jsonValue({ kind }).parse(raw);
    if (raw === '{') expect(parse()).toEqual([{ kind, text: '{' }]);
    else expect(parse).toThrow(expect.objectContaining({ name: 'ParseError' }));
  },
);

test('a failure says where', () => {
  const at = (raw: string, strict: boolean) => {
    try {
      jsonValue({ kind, strict }).parse(raw);
    } catch (error) {
      return (error as { offset: number }).offset;
    }
  };
  expect(at('nothing', false)).toBe(7);
  expect(at('see {"a": 1,}', true)).toBe(4);
  expect(at('see ["a",,,]', false)).toBe(10);
});

test('a schema decides what the value must be, and its faults are those of the answer', () => {
  const schema: JsonValueOptions<{ tasks: string[] }>['schema'] = {
    '~standard': {
      validate: (value) =>
        typeof value === 'object' && value !== null && 'tasks' in value
          ? { value: value as { tasks: string[] } }
          : { issues: [{ message: 'is needed', path: [{ key: 'tasks' }, 0] }] },
    },
  };
  const parser = jsonValue({
    kind,
    schema,
    toDocuments: ({ tasks }) => tasks.map((text, index) => ({ kind, key: `${index + 1}`, text })),
  });
  expect(parser.parse('{"tasks": ["a", "b"]}').map(({ key, text }) => [key, text])).toEqual([
    ['1', 'a'],
    ['2', 'b'],
  ]);
  expect(() => parser.parse('It is {"a": 1}')).toThrow(
    expect.objectContaining({ message: 'The JSON is not as expected: tasks.0 is needed', offset: 6 }),
  );
  expect(() => parser.parse('{"tasks": 1}')).toThrow(
    expect.objectContaining({ name: 'ParseError', cause: expect.any(TypeError) }),
  );
});

test('JSON that is too long, too deep or too long to be repaired is refused', () => {
  const refusal = (raw: string) => {
    expect(() => jsonValue({ kind }).parse(raw)).toThrow(expect.objectContaining({ name: 'ParseError' }));
  };
  const { maxJsonLength, maxJsonNesting, maxRepairLength } = PARSER_LIMITS;
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  expect(jsonValue({ kind }).parse(nested(maxJsonNesting))).toHaveLength(1);
  refusal(nested(maxJsonNesting + 1));
  refusal('['.repeat(100_000));
  refusal(`"${'x'.repeat(maxJsonLength)}"`);
  const long = (length: number) => `{"a": "${'x'.repeat(length)}"`;
  expect(jsonValue({ kind }).parse(long(maxRepairLength - 10))).toHaveLength(1);
  refusal(long(maxRepairLength));
  expect(jsonValue({ kind }).parse(`${long(maxRepairLength)}}`)).toHaveLength(1);
});

test('a key may be given', () => {
  expect(jsonValue({ kind, key: 'main' }).parse('{}')).toEqual([{ kind, key: 'main', text: '{}' }]);
});
