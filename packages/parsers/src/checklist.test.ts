import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ChecklistOptions, checklist } from './checklist.ts';

const kind = 'subtask';
const read = (raw: string, options: Partial<ChecklistOptions> = {}) =>
  checklist({ kind, ...options }).parse(raw);
const texts = (raw: string, options: Partial<ChecklistOptions> = {}) =>
  read(raw, options).map(({ text }) => text);

const ANSWER = [
  'Tasks:',
  '- [x] Make the table',
  '- [ ] **Write** the endpoint',
  '  with its errors',
  '',
  '  ```ts',
  '  - [ ] no item',
  '  ```',
  '  - test it',
  '  - [x] log it',
  '',
  'Then:',
  '',
  '3. Ship',
  '4. Rest',
].join('\n');

test('items of all lists become subtasks with their lines, numbered from 1', () => {
  expect(read(ANSWER)).toEqual([
    { kind, key: '1', title: 'Make the table', text: 'Make the table', status: 'done' },
    {
      kind,
      key: '2',
      title: '**Write** the endpoint',
      text: ANSWER.slice(ANSWER.indexOf('**Write'), ANSWER.indexOf('\n\nThen')),
      status: 'open',
    },
    { kind, key: '3', title: 'Ship', text: 'Ship' },
    { kind, key: '4', title: 'Rest', text: 'Rest' },
  ]);
});

test('lists inside of items become items behind them when asked for', () => {
  expect(read(ANSWER, { nested: 'flatten' }).map(({ title, status }) => [title, status])).toEqual([
    ['Make the table', 'done'],
    ['**Write** the endpoint', 'open'],
    ['test it', undefined],
    ['log it', 'done'],
    ['Ship', undefined],
    ['Rest', undefined],
  ]);
  expect(texts('- a\n  - b\n    - c\n- - d\n  - e', { nested: 'flatten' })).toEqual([
    'a',
    'b',
    'c',
    'd',
    'e',
  ]);
  // What stands below a nested list is not lost.
  expect(texts('- a\n  - b\n\n  more of a', { nested: 'flatten' })).toEqual(['a\n  - b\n\n  more of a', 'b']);
});

test('only the first list, or only one sort of items, may be taken', () => {
  expect(texts(ANSWER, { lists: 'first' })).toHaveLength(2);
  expect(texts(ANSWER, { only: 'number' })).toEqual(['Ship', 'Rest']);
  expect(texts(ANSWER, { only: 'checkbox' })).toHaveLength(2);
  expect(texts('* a\n* [ ] b\n', { only: 'bullet' })).toEqual(['a']);
  expect(texts('Notes:\n- note\n\nTasks:\n1. do\n', { only: 'number', lists: 'first' })).toEqual(['do']);
});

test('any items come back exactly, with the lines below them', () => {
  const word = fc.string({ unit: fc.constantFrom('a', '*', '`', '[', '}', '.', '\0', '\ud83d', '书', ':') });
  const line = word.map((text) => `x${text}x`);
  const item = fc.record({ first: line, below: fc.array(line, { maxLength: 3 }) });
  fc.assert(
    fc.property(
      fc.array(item, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('- ', '* ', '+ ', '- [ ] ', '- [X] ', '1. ', '12) '),
      fc.constantFrom('\n', '\r\n', '\r'),
      (items, marker, lineBreak) => {
        const indent = ' '.repeat(marker.indexOf(' ') + 1);
        const expected = items.map(({ first, below }) =>
          [first, ...below.map((text) => indent + text)].join(lineBreak),
        );
        const raw = `Tasks:${lineBreak}${lineBreak}${expected.map((text) => marker + text).join(lineBreak)}`;
        expect(texts(raw)).toEqual(expected);
      },
    ),
    { numRuns: 500 },
  );
});

test('an item ends at its last line that is not blank, and begins at its first', () => {
  expect(texts('-   a\n\n\n- b  \n\n\ntext')).toEqual(['a', 'b  ']);
  expect(texts('-\n  a\n-      code\n1.\n   b\n')).toEqual(['a', '     code', 'b']);
});

test('what only looks like a box is text', () => {
  expect(
    read('- [] a\n- [y] b\n- [x]c\n- [ ](d)\n- [x]\td\n').map(({ text, status }) => [text, status]),
  ).toEqual([
    ['[] a', undefined],
    ['[y] b', undefined],
    ['[x]c', undefined],
    ['[ ](d)', undefined],
    ['d', 'done'],
  ]);
});

test('items without any text are left out, and lists in quotes or code are none', () => {
  expect(texts('- a\n-\n- [ ] \n-   \n')).toEqual(['a']);
  expect(() => texts('> - a\n\n    - b\n\n```\n- c\n```\n')).toThrow('none of the list items');
});

test('a long title is cut between characters, and control characters are not in it', () => {
  const [document] = read(`- a\0b ${'\u{1f600}'.repeat(150)}`);
  expect(document?.title).toBe(`a b ${'\u{1f600}'.repeat(98)}`);
  expect(document?.text).toBe(`a\0b ${'\u{1f600}'.repeat(150)}`);
});

test('keys may be made of the items, and are kept apart', () => {
  const key: ChecklistOptions['key'] = ({ text, checked, number }) =>
    checked === null ? undefined : (/^\[(.+?)\]/.exec(text)?.[1] ?? `task ${number}`);
  const raw = '- [ ] [login] a\n- [ ] [login] b\n- [x] c\n- d\n';
  expect(read(raw, { key }).map((document) => document.key)).toEqual(['login', 'login-2', 'task 3', '4']);
});
