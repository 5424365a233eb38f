import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shellQuote } from './shell-quote.ts';

const PARTS = [
  "'",
  '"',
  '\\',
  '$(touch /tmp/never)',
  '`id`',
  '!',
  '!!',
  '\n',
  '\r',
  '\t',
  '\u001b[201~\n',
  '\u0003',
  '\u202e',
  '\u2028',
  '\u00ad',
  '\u3164',
  '07',
  'é😀',
  '%s',
  '-',
  '@',
  ' ; ',
  '??/',
] as const;
const text = fc.array(fc.constantFrom(...PARTS)).map((parts) => parts.join(''));

const seen = text.filter((each) => !/[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028]/u.test(each));

test.each([
  ['bash', 'any', text],
  ['sh', 'any text that hides nothing', seen],
] as const)('%s takes the word for exactly the text: %s', (shell, _, quoted) => {
  const texts = fc.sample(quoted, 200);
  const words = texts.map((each) => shellQuote(each));
  // One shell for all; each argument ends in a NUL, which none can hold.
  const said = execFileSync(shell, ['-c', `printf '%s\\0' ${words.join(' ')}`], { encoding: 'utf8' });
  expect(said.split('\0').slice(0, -1)).toEqual(texts);
});

test('so does fish, in whose quotes a backslash takes the meaning of a quote', () => {
  fc.assert(
    fc.property(seen, (each) => {
      expect(readAsFish(shellQuote(each) ?? '')).toBe(each);
    }),
  );
  expect(readAsFish(shellQuote(`\\'; echo ran #`) ?? '')).toBe(`\\'; echo ran #`);
});

/** The text of a word, all of which has to stand in quotes or behind a backslash. */
function readAsFish(word: string): string {
  const piece = /'((?:\\[\\']|\\(?![\\'])|[^'\\])*)'|\\(.)/gsy;
  const pieces = [...word.matchAll(piece)];
  expect(pieces.map(([whole]) => whole).join('')).toBe(word);
  return pieces.map(([, quoted, escaped]) => quoted?.replace(/\\([\\'])/g, '$1') ?? escaped).join('');
}

test('nothing of the word acts on a terminal that it is pasted into', () => {
  fc.assert(
    fc.property(text, (each) => {
      expect(shellQuote(each)).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029\u3164]/u);
    }),
  );
});

test('a shell that knows no such words runs nothing that is in them', () => {
  const words = fc.sample(text, 200).map((each) => shellQuote(each));
  const attacks = [
    `\u001b'; echo ran; '`,
    `\u001b\\'; echo ran; '`,
    `'; echo ran; '\n`,
    `\\'; echo ran #`,
  ].map(shellQuote);
  // Every word is an argument of a command that does nothing.
  const said = execFileSync('sh', ['-c', [...words, ...attacks].map((word) => `: ${word}`).join('\n')], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  expect(said).toBe('');
});

test('what no word can hold has none', () => {
  expect(shellQuote('a\0b')).toBeNull();
  expect(shellQuote('\ud800')).toBeNull();
});
