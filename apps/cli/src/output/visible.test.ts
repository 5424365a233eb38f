import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visible, visibleJson, visibleLine } from './visible.ts';

test('what a terminal would act on is shown as an escape', () => {
  expect(visible('\x1b[31mred\x1b]8;;http://x\x07 \u009b2J \rover \u202egnp.exe \u{200b}')).toBe(
    '\\x1b[31mred\\x1b]8;;http://x\\x07 \\x9b2J \\x0dover \\u202egnp.exe \\u200b',
  );
  expect(visible('lines\nand\ttabs, é, 漢字, 🙂')).toBe('lines\nand\ttabs, é, 漢字, 🙂');
  expect(visibleLine('two\nlines\t')).toBe('two\\nlines\\t');
});

test('what a terminal shows as nothing is shown as an escape too, and emoji stay whole', () => {
  expect(visible('a\u{e0041}\u00ad\u034f\u3164\u180e\u{e0100}b')).toBe(
    'a\\u{e0041}\\xad\\u034f\\u3164\\u180e\\u{e0100}b',
  );
  expect(visible('half \ud800 and \udc00')).toBe('half \\ud800 and \\udc00');
  expect(visible('❤️ 👍🏽 é')).toBe('❤️ 👍🏽 é');
  expect(visibleJson('"\u{e0041}"')).toBe('"\\udb40\\udc41"');
});

test('JSON stays the same value and holds nothing that a terminal acts on', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, text) => {
      const shown = visibleJson(JSON.stringify({ [`_${name}`]: `${text}\x9b\u202e\u{e0041}` }));
      expect(JSON.parse(shown)).toEqual({ [`_${name}`]: `${text}\x9b\u202e\u{e0041}` });
      expect(visible(shown)).toBe(shown);
    }),
  );
});
