import { expect, test } from 'vitest';
import { checkEditable, decodeExact, withEndOf } from './exact-text.ts';
import { fileNameOf } from './work-file.ts';

test('bytes are read as they are, or refused', () => {
  expect(decodeExact(Buffer.from('\ufeffa\r\nb'), 'x')).toBe('\ufeffa\r\nb');
  expect(() => decodeExact(Buffer.from([0x61, 0xff]), 'design.md')).toThrow('design.md is not UTF-8');
});

test('what an editor would damage is not opened', () => {
  expect(() => checkEditable('a\u0000b')).toThrow('NUL');
  expect(() => checkEditable('a\ud800')).toThrow('surrogates');
  expect(() => checkEditable('💡\r\n\t')).not.toThrow();
});

test('a last line without line feed stays so, and one with keeps it', () => {
  expect(withEndOf('one', 'two\n')).toBe('two');
  expect(withEndOf('one', 'two\n\n')).toBe('two\n');
  expect(withEndOf('one\n', 'two\n')).toBe('two\n');
  expect(withEndOf('one\n', 'two')).toBe('two');
  expect(withEndOf('', 'new\n')).toBe('new\n');
});

test('a file is named after its document, and never leaves its directory', () => {
  expect(fileNameOf({ kind: 'design', key: 'design' })).toBe('design.md');
  expect(fileNameOf({ kind: 'code', key: 'src/app.ts' })).toBe('app.ts');
  expect(fileNameOf({ kind: 'notes', key: 'Was nun?' })).toBe('Was-nun-.md');
  expect(fileNameOf({ kind: 'notes', key: '../..' })).toBe('notes.md');
  expect(fileNameOf({ kind: 'notes', key: '-rf; x' })).toBe('rf--x.md');
  expect(fileNameOf({ kind: '..', key: '..' })).toBe('--.md');
  expect(fileNameOf({ kind: 'code', key: `${'x'.repeat(200)}.ts` })).toBe(`${'x'.repeat(80)}.ts`);
});
