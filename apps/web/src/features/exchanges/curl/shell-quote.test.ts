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

test('the shell takes the word for exactly the text', () => {
  const texts = fc.sample(text, 200);
  const words = texts.map((each) => shellQuote(each));
  // One shell for all; each argument ends in a NUL, which none can hold.
  const said = execFileSync('bash', ['-c', `printf '%s\\0' ${words.join(' ')}`], { encoding: 'utf8' });
  expect(said.split('\0').slice(0, -1)).toEqual(texts);
});

test('nothing of the word acts on a terminal that it is pasted into', () => {
  fc.assert(
    fc.property(text, (each) => {
      expect(shellQuote(each)).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029\u3164]/u);
    }),
  );
});

test('a shell that knows no such words runs nothing that is in them', () => {
  const words = fc.sample(text, 200).map((each) => shellQuote(each));
  const attacks = [`\u001b'; echo ran; '`, `\u001b\\'; echo ran; '`, `'; echo ran; '\n`].map(shellQuote);
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
