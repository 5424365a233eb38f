import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readWords } from './read-words.ts';

/** Any JavaScript string, lone surrogates and NUL among them. */
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8_000 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8_000, size: 'large' })
    .map((units) => units.map((unit) => String.fromCharCode(unit)).join('')),
);

interface Found {
  lexeme: string;
  role: string;
  position: number;
  text: string;
}

function read(text: string): Found[] {
  const found: Found[] = [];
  readWords(text, {
    lexeme: (lexeme, role, { position, start, end }) =>
      found.push({ lexeme, role, position, text: text.slice(start, end) }),
  });
  return found;
}

const lexemesOf = (text: string, role: string) =>
  read(text)
    .filter((found) => found.role === role)
    .map(({ lexeme }) => lexeme);

test.each([
  ['getUserById', ['get', 'user', 'by', 'id']],
  ['HTTPServer2Go', ['http', 'server2', 'go']],
  ['E_CONN_REFUSED', ['e', 'conn', 'refus']],
  ['src/auth/login.ts', ['src', 'auth', 'login', 'ts']],
  ['naïve Straße', ['naiv', 'strass']],
])('%s is read by its parts', (text, parts) => {
  expect(lexemesOf(text, 'part')).toEqual(parts);
});

test('a path is known by every beginning and every end', () => {
  expect(lexemesOf('a/b/c.ts', 'whole').toSorted()).toEqual(['a/b', 'a/b/c.ts', 'b/c.ts', 'c.ts']);
});

test('a part stands at a position of its own, and offsets say where', () => {
  expect(read('the getMap')).toEqual([
    { lexeme: 'the', role: 'part', position: 1, text: 'the' },
    { lexeme: 'getmap', role: 'whole', position: 2, text: 'getMap' },
    { lexeme: 'get', role: 'part', position: 2, text: 'get' },
    { lexeme: 'map', role: 'part', position: 3, text: 'Map' },
  ]);
});

test('a script without blanks is read two letters at a time', () => {
  expect(read('設計の')).toMatchObject([
    { lexeme: '設計', role: 'gram', position: 1, text: '設計' },
    { lexeme: '計の', role: 'gram', position: 2, text: '計の' },
    { lexeme: 'の', role: 'tail', position: 3, text: 'の' },
  ]);
});

test('any text gives lexemes that PostgreSQL takes, in order, with offsets into it', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      let position = 0;
      readWords(text, {
        lexeme(lexeme, _role, place) {
          expect(lexeme).not.toBe('');
          expect(lexeme.startsWith('=')).toBe(false);
          expect(lexeme.isWellFormed()).toBe(true);
          expect(lexeme.includes('\0')).toBe(false);
          expect(Buffer.byteLength(lexeme)).toBeLessThan(2_046);
          expect(place.position).toBeGreaterThanOrEqual(position);
          expect(place.start).toBeLessThan(place.end);
          expect(place.end).toBeLessThanOrEqual(text.length);
          position = place.position;
        },
      });
    }),
  );
});

test('the same word is read the same wherever it stands', () => {
  const word = fc.constantFrom('getUserById', 'src/a.ts', 'v1.2.3', '設計', 'café', '#12', 'a_b', "don't");
  fc.assert(
    fc.property(word, fc.constantFrom(' ', '\n', '(', '", '), (text, glue) => {
      const alone = read(text).map(({ lexeme, role }) => ({ lexeme, role }));
      const within = read(`x${glue}${text}${glue} x`).map(({ lexeme, role }) => ({ lexeme, role }));
      expect(within.slice(1, -1)).toEqual(alone);
    }),
  );
});
