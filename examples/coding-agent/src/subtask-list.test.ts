import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseSubtaskList } from './subtask-list.ts';

test('each item of the bundled answer becomes a subtask with its key, title and lines', async () => {
  const answer = await readFile(new URL('./replay/answers/subtasks.md', import.meta.url), 'utf8');

  const subtasks = parseSubtaskList(answer);

  expect(subtasks.map(({ key }) => key)).toEqual([
    'reset-table',
    'rate-limit',
    'request-endpoint',
    'reset-mail',
    'confirm-endpoint',
    'reset-pages',
    'change-notice',
  ]);
  expect(subtasks[0]?.title).toBe('Add the table of reset tokens');
  expect(subtasks.map(({ text }) => text).join('\n')).toBe(answer.trimEnd());
});

test('prose around the list is no subtask', () => {
  const subtasks = parseSubtaskList(
    'Here you are:\r\n\r\n* [one] First\r\n  do it\r\n\r\n- [two] Second\r\n',
  );
  expect(subtasks).toEqual([
    { key: 'one', title: 'First', text: '* [one] First\n  do it' },
    { key: 'two', title: 'Second', text: '- [two] Second' },
  ]);
});

test.each([
  ['I cannot help with that.', 'no line of the form'],
  ['- [a] One\n- [a] Again', 'Two subtasks have the key a'],
])('an answer that is no list is refused: %j', (answer, reason) => {
  expect(() => parseSubtaskList(answer)).toThrow(reason);
});
