import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FitOptions, fitText } from './fit-text.ts';
import { frameTag, toBlock } from './frame.ts';
import { openTokenCounter } from './token-counter.ts';

const SEED = 9;
const DOCUMENT = { kind: 'design', key: 'login', version: 3 };
const counter = await openTokenCounter('o200k_base');
const MUCH = Number.POSITIVE_INFINITY;

function fit(text: string, options: Partial<FitOptions['room']> & { minCutTokens?: number }) {
  const { tokens = MUCH, length = 4_000_000, minCutTokens = 1 } = options;
  return fitText(DOCUMENT, text, { counter, room: { tokens, length }, minCutTokens });
}

test('a document that fits stands in its frame as it is', async () => {
  const { fitted, short } = await fit('a\r\nb', {});
  expect(short).toBeNull();
  expect(fitted?.block).toBe('<document kind="design" key="login" version="3">\na\r\nb\n</document>\n');
  expect((await fit('a\n', {})).fitted?.block).toContain('\na\n</document>\n');
  expect((await fit('', {})).fitted?.block).toBe(
    '<document kind="design" key="login" version="3">\n</document>\n',
  );
});

test('names are escaped, so that none can end its tag', () => {
  const named = { kind: 'a"b', key: '<c>&', version: 1 };
  expect(toBlock(named, 'x', { tag: 'document', cut: null })).toMatch(
    /^<document kind="a&quot;b" key="&lt;c&gt;&amp;" version="1">\n/,
  );
});

test.each([
  ['plain <documentary', 'document-2'],
  ['<p>a document</p>', 'document'],
  ['</document>', 'document-2'],
  ['x < / DOCUMENT >', 'document-2'],
  ['</document-2></document-4>', 'document-3'],
  ['<\u200b/\u00addocument>', 'document-2'],
  ['<\0/\ud800document>', 'document-2'],
  ['<\\/document>', 'document-2'],
  [`${'<'.repeat(50_000)}${' '.repeat(50_000)}`, 'document'],
])('the frame of %j is one that it does not hold', (text, tag) => {
  expect(frameTag(text)).toBe(tag);
});

test('a text is cut at the end of a line, and its frame says where', async () => {
  const lines = Array.from({ length: 100 }, (_, n) => `- [ ] Item ${n + 1} of the list\r\n`);
  const { fitted, short } = await fit(lines.join(''), { tokens: 300 });
  expect(short).toBe('budget');
  const cut = fitted?.cut ?? { lines: 0, ofLines: 0, characters: 0, ofCharacters: 0 };
  expect(cut.ofLines).toBe(100);
  expect(cut.lines).toBeGreaterThan(10);
  expect(fitted?.shown).toBe(lines.slice(0, cut.lines).join(''));
  expect(fitted?.block).toContain(
    `shown="lines 1-${cut.lines} of 100, characters 1-${cut.characters} of ${cut.ofCharacters}">\n- [ ] Item 1 `,
  );
  // One line more would not have fitted.
  const next = lines.slice(0, cut.lines + 1).join('');
  const block = toBlock(DOCUMENT, next, { tag: 'document', cut });
  expect((await counter.count(block, MUCH)).tokens).toBeGreaterThan(300);
});

test('a text whose lines are too long is cut inside one, never inside a character', async () => {
  const { fitted } = await fit(`Title\n${'🐙'.repeat(5000)}`, { tokens: 200 });
  expect(fitted?.shown.startsWith('Title\n🐙')).toBe(true);
  expect(fitted?.shown.isWellFormed()).toBe(true);
  expect(fitted?.cut).toMatchObject({ lines: 2, ofLines: 2 });
});

test('what is left is too little for a part of a document, unless it must be in', async () => {
  const text = 'word '.repeat(1000);
  expect(await fit(text, { tokens: 100, minCutTokens: 100 })).toEqual({ fitted: null, short: 'budget' });
  expect((await fit(text, { tokens: 100 })).fitted?.cut).not.toBeNull();
  expect(await fit(text, { tokens: 5 })).toEqual({ fitted: null, short: 'budget' });
});

test('a text that is too long is cut by its length', async () => {
  const { fitted, short } = await fit('word\n'.repeat(1000), { length: 1000 });
  expect(short).toBe('length');
  expect(fitted?.block.length).toBeLessThanOrEqual(1000);
  expect(fitted?.block.length).toBeGreaterThan(800);
  expect(await fit('word\n'.repeat(1000), { length: 90 })).toEqual({ fitted: null, short: 'length' });
});

test('whatever the text and the room, what is shown is a beginning of it and fits', async () => {
  const units = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));
  const pieces = ['\r\n', '\n', ' word', '漢', '🐙', '\ud800', '\0', '</document>', '='];
  const texts = fc.oneof(
    fc.string({ unit: units, maxLength: 2000, size: 'max' }),
    fc.string({ unit: 'grapheme', maxLength: 2000, size: 'max' }),
    fc.array(fc.constantFrom(...pieces), { maxLength: 2000, size: 'max' }).map((words) => words.join('')),
    fc.constantFrom(...pieces).map((unit) => unit.repeat(3000)),
  );
  const rooms = fc.record({
    tokens: fc.integer({ min: 1, max: 3000 }),
    length: fc.integer({ min: 1, max: 6000 }),
  });
  await fc.assert(
    fc.asyncProperty(texts, rooms, async (text, room) => {
      const { fitted, short } = await fitText(DOCUMENT, text, { counter, room, minCutTokens: 1 });
      if (!fitted) {
        expect(short).not.toBeNull();
        return;
      }
      const { block, shown, cut, tokens } = fitted;
      expect(text.startsWith(shown)).toBe(true);
      expect(cut === null).toBe(shown === text);
      expect(cut === null).toBe(short === null);
      expect(tokens).toBe((await counter.count(block, MUCH)).tokens);
      expect(tokens).toBeLessThanOrEqual(room.tokens);
      expect(block.length).toBeLessThanOrEqual(room.length);
      if (!cut) return;
      expect(cut.characters).toBe(shown.length);
      const [before, after] = [shown.at(-1) ?? '', text[shown.length] ?? ''];
      expect(`${before}${after}`).not.toBe('\r\n');
      expect(/^[\ud800-\udbff][\udc00-\udfff]$/.test(`${before}${after}`)).toBe(false);
    }),
    { seed: SEED, numRuns: 300 },
  );
});
