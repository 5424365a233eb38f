import { expect, test } from 'vitest';
import { chooseEditor } from './run-editor.ts';

test('the editor is that of VISUAL, of EDITOR, or vi on a terminal', () => {
  expect(chooseEditor({ VISUAL: 'nano -w', EDITOR: 'ed' }, false)).toBe('nano -w');
  expect(chooseEditor({ VISUAL: ' ', EDITOR: 'ed' }, false)).toBe('ed');
  expect(chooseEditor({}, true)).toMatch(/^(vi|notepad)$/);
  expect(() => chooseEditor({}, false)).toThrow('no terminal');
});

test('an editor that is known to return at once is refused unless it is told to wait', () => {
  expect(() => chooseEditor({ EDITOR: '/usr/bin/code -n' }, true)).toThrow('returns before');
  expect(chooseEditor({ EDITOR: 'code -n --wait' }, true)).toBe('code -n --wait');
  expect(chooseEditor({ EDITOR: 'subl -w' }, true)).toBe('subl -w');
});
