import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fencedCode } from './fenced-code.ts';

const kind = 'code';
const texts = (raw: string, options: Partial<Parameters<typeof fencedCode>[0]> = {}) =>
  fencedCode({ kind, ...options })
    .parse(raw)
    .map(({ text }) => text);

const ANSWER = [
  'Here are both files.',
  '',
  '```ts title="src/a.ts"',
  'export const a = 1;',
  '```',
  'And its test:',
  '```python:tests/b.py',
  'assert True',
  '',
  '```',
  'Run it:',
  '```',
  'npm test',
  '```',
  'Done.',
].join('\n');

test('each block of an answer is a document, named by its file or numbered', () => {
  expect(fencedCode({ kind }).parse(ANSWER)).toEqual([
    { kind, key: 'src/a.ts', title: 'src/a.ts', text: 'export const a = 1;\n' },
    { kind, key: 'tests/b.py', title: 'tests/b.py', text: 'assert True\n\n' },
    { kind, key: '3', text: 'npm test\n' },
  ]);
});

test('only blocks of the languages asked for are taken', () => {
  expect(texts(ANSWER, { language: 'TS' })).toEqual(['export const a = 1;\n']);
  expect(texts(ANSWER, { language: ['python', ''] })).toEqual(['assert True\n\n', 'npm test\n']);
});

test('any text in a fence that is longer than those in it comes back exactly', () => {
  const unit = fc.constantFrom(
    '`',
    '``',
    '```\n',
    '~~~\n',
    '# a\n',
    '- ',
    '> ',
    '\r\n',
    '\r',
    '\n',
    '\0',
    '\ud800',
    ' ',
    'x',
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 60 }), fc.constantFrom('`', '~'), (content, mark) => {
      const longest = Math.max(0, ...(content.match(/`+|~+/g) ?? []).map(({ length }) => length));
      const fence = mark.repeat(Math.max(3, longest + 1));
      expect(texts(`Before.\n\n${fence}md\n${content}\n${fence}\nAfter.`)).toEqual([`${content}\n`]);
    }),
    { numRuns: 1000 },
  );
});

test('carriage returns, blanks and control characters in a block stay', () => {
  expect(texts('```\r\n a \t\r\n\0\r\r\n```\r\n')).toEqual([' a \t\r\n\0\r\r\n']);
});

test('a block in a list item or a quote loses their indent and marks, and no more', () => {
  expect(texts('1. Write:\n\n   ```py\n   def f():\n       return 1\n   ```\n2. Run it.')).toEqual([
    'def f():\n    return 1\n',
  ]);
  expect(texts('> ```\n> a\n>  b\n> ```')).toEqual(['a\n b\n']);
  expect(texts('  ```\n  a\n b\n    c\n  ```')).toEqual(['a\nb\n  c\n']);
});

test('a fence below a tag is a fence, for models put tags around blocks', () => {
  expect(texts('<answer>\n```\na\n```\n</answer>')).toEqual(['a\n']);
});

test('backticks in a line, indented code and a fence in a fence are no blocks', () => {
  expect(() => texts('Use ``` or `a`.\n\n    ```\n    a\n    ```\n')).toThrow(
    'none of the fenced code blocks',
  );
  expect(texts('````\n```js\na\n```\n````')).toEqual(['```js\na\n```\n']);
});

test('a block that is not closed goes to the end of the answer, unless that is refused', () => {
  const cutOff = 'Here:\n```ts\nconst a = ';
  expect(texts(cutOff)).toEqual(['const a = ']);
  expect(() => texts(cutOff, { unclosed: 'refuse' })).toThrow(
    expect.objectContaining({ name: 'ParseError', offset: cutOff.indexOf('const') }),
  );
  expect(texts('```\na\n```\n```', { unclosed: 'refuse' })).toEqual(['a\n']);
});

test('blocks of one name get keys of their own, and any key may be given', () => {
  const raw = '```ts a.ts\n1\n```\n```ts a.ts\n2\n```\n```ts\n3\n```\n';
  const keys = (key?: Parameters<typeof fencedCode>[0]['key']) =>
    fencedCode({ kind, key })
      .parse(raw)
      .map((document) => document.key);
  expect(keys()).toEqual(['a.ts', 'a.ts-2', '3']);
  expect(keys('main')).toEqual(['main', 'main-2', 'main-3']);
  expect(keys(({ number, language, file }) => (file ? undefined : `${language} ${number}`))).toEqual([
    'a.ts',
    'a.ts-2',
    'ts 3',
  ]);
});

test('an answer with fewer blocks than needed is refused at its end', () => {
  expect(() => texts(ANSWER, { min: 4 })).toThrow(
    expect.objectContaining({
      message: 'The answer holds only 3 of the fenced code blocks that are needed (4)',
      offset: ANSWER.length,
    }),
  );
  expect(texts('Sorry, I cannot.', { min: 0 })).toEqual([]);
});
