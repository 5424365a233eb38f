import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyText, bigText } from './texts.arbitrary.ts';

const SEED = 1;

test('any text reaches every kind of string that is easily lost', () => {
  const texts = fc.sample(anyText(), { numRuns: 2_000, seed: SEED });
  const some = (is: (text: string) => boolean) => expect(texts.some(is)).toBe(true);
  some((text) => text === '');
  some((text) => text.includes('\0'));
  some((text) => !text.isWellFormed());
  some((text) => text.includes('\r\n'));
  some((text) => text.startsWith('\ufeff'));
  some((text) => text !== '' && text !== text.trim());
  some((text) => text !== text.normalize('NFC') && text.isWellFormed());
  some((text) => text.length > 500);
});

test('a big text has the length that was asked for', () => {
  for (const text of fc.sample(bigText(100_000), { numRuns: 20, seed: SEED }))
    expect(text.length).toBe(100_000);
});
