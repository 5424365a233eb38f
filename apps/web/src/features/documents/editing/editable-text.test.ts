import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromEditable, toEditable } from './editable-text.ts';

const text = fc
  .array(fc.constantFrom('a', '\n', '\r\n', '\r', '␍', '\0', '\ud800'))
  .map((parts) => parts.join(''));

test('a text comes back from the field as it was, and the field holds no carriage return', () => {
  fc.assert(
    fc.property(text, (stored) => {
      const editable = toEditable(stored);
      if (editable === null) {
        expect(stored).toMatch(/␍/);
        return;
      }
      expect(editable.text).not.toContain('\r');
      expect(fromEditable(editable)).toBe(stored);
    }),
  );
});

test('new lines of a text of CR LF end as the others do', () => {
  expect(fromEditable({ ...(toEditable('a\r\nb\r\n') ?? { ends: 'lf' }), text: 'a\nnew\nb\n' })).toBe(
    'a\r\nnew\r\nb\r\n',
  );
});
