import fc from 'fast-check';
import { countTokens as cl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as o200k } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import { MAX_RUN, openTokenCounter } from './token-counter.ts';

const SEED = 9;
const AS_TEXT = { disallowedSpecial: new Set<string>() };
const LIBRARY = {
  o200k_base: (text: string) => o200k(text, AS_TEXT),
  cl100k_base: (text: string) => cl100k(text, AS_TEXT),
};
const ENCODINGS = ['o200k_base', 'cl100k_base'] as const;
/** All that the encodings' patterns tell apart, and what they have exceptions for. */
const WORDS = [
  ...[
    'a',
    'Word',
    'ÄRGER',
    'don',
    "'s",
    "'LL",
    "'",
    '’',
    '1',
    '1234567',
    '٣',
    'Ⅷ',
    '漢字',
    'ไทย',
    'ก็',
    'e\u0301',
  ],
  ...[
    '\u0301',
    ' ',
    '  ',
    '    ',
    '\t',
    '\n',
    '\r\n',
    '\r',
    '\n\n  ',
    '\u00a0',
    '\u2028',
    '/',
    '//',
    '-',
    '...',
  ],
  ...[
    '</document>\n',
    '<',
    '>\n',
    '|',
    '🐙',
    '👩\u200d💻',
    '\ud800',
    '\udc00',
    '\0',
    '\ufeff',
    '<|endoftext|>',
  ],
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'grapheme', maxLength: 8 })), {
    maxLength: 60,
  })
  .map((words) => words.join(''));

describe.each(ENCODINGS)('%s', (encoding) => {
  test('counts as the library does where no run is long', async () => {
    const counter = await openTokenCounter(encoding);
    await fc.assert(
      fc.asyncProperty(text, async (text) => {
        const { tokens, exact } = await counter.count(text, Number.POSITIVE_INFINITY);
        expect(tokens).toBe(LIBRARY[encoding](text));
        expect(exact).toBe(true);
      }),
      { seed: SEED, numRuns: 1500 },
    );
  });

  test('counts a long text in pieces that add up to the whole', async () => {
    const counter = await openTokenCounter(encoding);
    await fc.assert(
      fc.asyncProperty(text, async (text) => {
        const long = `${text} and so on. `.repeat(Math.ceil(40_000 / (text.length + 12)));
        let sum = 0;
        let last = 0;
        let pieces = 0;
        for await (const { start, end, tokens } of counter.pieces(long)) {
          expect(start).toBe(last);
          last = end;
          sum += tokens;
          pieces += 1;
        }
        expect(last).toBe(long.length);
        expect(pieces).toBeGreaterThan(1);
        expect(sum).toBe(LIBRARY[encoding](long));
      }),
      { seed: SEED, numRuns: 15 },
    );
  });

  test('never counts less than the library, whatever runs there are', async () => {
    const counter = await openTokenCounter(encoding);
    const run = fc
      .tuple(fc.constantFrom(...WORDS), fc.integer({ min: 1, max: 3 * MAX_RUN }))
      .map(([word, times]) => word.repeat(times));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(run, text), { maxLength: 4 }), async (runs) => {
        const joined = runs.join('');
        const { tokens } = await counter.count(joined, Number.POSITIVE_INFINITY);
        expect(tokens).toBeGreaterThanOrEqual(LIBRARY[encoding](joined));
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
});

test.each([
  ['one letter', 'a'],
  ['blanks', ' '],
  ['a sign', '='],
  ['one character', '漢'],
  ['lone surrogates', '\ud800'],
])('a run of 16 MiB of %s is counted from above, without the square of its length', async (_, unit) => {
  const counter = await openTokenCounter('o200k_base');
  const run = unit.repeat(16 * 1024 * 1024);
  // The library takes a second for some 20,000 of these, and four for twice as many.
  expect(await counter.count(run, Number.POSITIVE_INFINITY)).toEqual({
    tokens: Buffer.byteLength(run),
    exact: false,
  });
});

test('counting stops once there are too many, and lets other work in between', async () => {
  const counter = await openTokenCounter('o200k_base');
  const words = 'word '.repeat(400_000);
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 0);
  const some = await counter.count(words, 1000);
  expect(some.tokens).toBeGreaterThan(1000);
  expect(some.tokens).toBeLessThan(20_000);
  await counter.count(words, Number.POSITIVE_INFINITY);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
});
