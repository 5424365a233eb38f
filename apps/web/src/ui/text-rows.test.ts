import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TEXT_START, type TextPlace, type TextRow, toTextPart } from './text-rows.ts';

function allRows(text: string, maxRows: number): TextRow[] {
  const rows: TextRow[] = [];
  for (let from: TextPlace | null = TEXT_START; from; ) {
    const part = toTextPart(text, from, maxRows);
    rows.push(...part.rows);
    from = part.next;
  }
  return rows;
}

const text = fc
  .array(fc.constantFrom('\n', 'a', '\r\n', '😀', '\ud800', 'x'.repeat(1999), '\n\n'))
  .map((parts) => parts.join(''));

test('the rows of all parts are the text, whatever a part may hold', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 9 }), (whole, maxRows) => {
      const rows = allRows(whole, maxRows);
      const joined = rows.map((row, index) => (row.first && index > 0 ? `\n${row.text}` : row.text)).join('');
      expect(joined).toBe(whole.endsWith('\n') ? whole.slice(0, -1) : whole);
    }),
  );
});

test('lines are numbered, and a long one is cut between characters', () => {
  const rows = toTextPart(`a\n${'x'.repeat(1999)}😀y\nb\n`).rows;
  expect(rows.map(({ line, first, text: { length } }) => [line, first, length])).toEqual([
    [1, true, 1],
    [2, true, 1999],
    [2, false, 3],
    [3, true, 1],
  ]);
});
