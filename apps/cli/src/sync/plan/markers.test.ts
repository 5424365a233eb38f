import { mergeTexts } from '@stepledger/client';
import { expect, test } from 'vitest';
import { hasMarkers, renderConflicts } from './markers.ts';

const conflicted = (base: string, ours: string, theirs: string) =>
  renderConflicts(mergeTexts({ base, ours, theirs }), 4);

test('both sides of a place stand between marks, and what only one side changed is joined', () => {
  expect(conflicted('a\nb\nc\nd\ne\n', 'a\nmine\nc\nd\nE\n', 'A\nb2\nc\nd\ne\n')).toBe(
    '<<<<<<< file\na\nmine\n=======\nA\nb2\n>>>>>>> run (version 4)\nc\nd\nE\n',
  );
});

test('lines that both sides share are outside of the marks', () => {
  expect(conflicted('', 'same\nmine\nend\n', 'same\ntheirs\nend\n')).toBe(
    'same\n<<<<<<< file\nmine\n=======\ntheirs\n>>>>>>> run (version 4)\nend\n',
  );
});

test('a side without an end of line gets one, of the kind that the text has', () => {
  expect(conflicted('a\r\nb', 'a\r\nmine', 'a\r\ntheirs')).toBe(
    'a\r\n<<<<<<< file\r\nmine\r\n=======\r\ntheirs\r\n>>>>>>> run (version 4)\r\n',
  );
});

test('marks are found while any of ours is left, and those of git', () => {
  const text = conflicted('b\n', 'mine\n', 'theirs\n');
  expect(hasMarkers(text)).toBe(true);
  expect(hasMarkers(text.replace('<<<<<<< file\n', ''))).toBe(true);
  expect(hasMarkers('a\n<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> branch\n')).toBe(true);
  expect(hasMarkers('Heading\n=======\n<<<<<<< is how it begins\n')).toBe(false);
});
