import { mergeTexts } from '@stepledger/client';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { markConflicts } from './conflict-markers.ts';

const names = { base: 'version 1', theirs: 'version 2' };

test('both sides of a conflict stand between markers, with what they were made from', () => {
  const merged = mergeTexts({ base: 'a\nb\nc\n', ours: 'a\nB\nc\n', theirs: 'a\nbb\nc\nd\n' });
  const marked = markConflicts(merged, names);
  expect(marked.text).toBe(
    'a\n<<<<<<< yours\nB\n||||||| version 1\nb\n=======\nbb\n>>>>>>> version 2\nc\nd\n',
  );
  expect(marked.isLeftIn(marked.text)).toBe(true);
  expect(marked.isLeftIn('a\nB\nc\nd\n')).toBe(false);
});

test('markers are longer where a text has such lines itself', () => {
  const ours = 'a\n<<<<<<< HEAD\n';
  const marked = markConflicts(mergeTexts({ base: 'a\n', ours, theirs: 'b\n' }), names);
  expect(marked.text).toContain('<<<<<<<< yours\n');
  expect(marked.isLeftIn(ours)).toBe(false);
});

const anyLines = fc
  .array(fc.constantFrom('a', 'b', 'c', '<<<<<<< x', '=======', '||||||||'), { maxLength: 6 })
  .map((lines) => lines.map((line) => `${line}\n`).join(''));

test('who keeps one side of every conflict gets that side, whatever the texts', () => {
  fc.assert(
    fc.property(anyLines, anyLines, anyLines, (base, ours, theirs) => {
      const merged = mergeTexts({ base, ours, theirs });
      const marked = markConflicts(merged, names);
      expect(keepOurs(marked.text, marked.isLeftIn)).toBe(merged.text);
      expect(marked.isLeftIn(merged.text)).toBe(false);
      expect(marked.isLeftIn(marked.text)).toBe(merged.conflicts.length > 0);
    }),
  );
});

/** As a person would by hand: markers are the lines that are no text. */
function keepOurs(text: string, isMarker: (line: string) => boolean): string {
  let side: 'both' | 'ours' | 'others' = 'both';
  const kept: string[] = [];
  for (const line of text.match(/[^\n]*\n/g) ?? []) {
    if (!isMarker(line)) {
      if (side !== 'others') kept.push(line);
    } else if (line.startsWith('<')) side = 'ours';
    else side = line.startsWith('>') ? 'both' : 'others';
  }
  return kept.join('');
}
