import { mergeTexts } from '@stepledger/client';
import { expect, test } from 'vitest';
import { applyChoices } from './merge-choices.ts';

const merged = mergeTexts({
  base: 'a\nb\nc\nd\ne\n',
  ours: 'a\nmine\nc\nd\nmy end\n',
  theirs: 'a\ntheirs\nc\nnew d\ntheir end\n',
});

test('each conflict becomes what was chosen, and all else stays merged', () => {
  expect(merged.conflicts).toHaveLength(2);
  expect(applyChoices(merged, [])).toBe(merged.text);
  expect(applyChoices(merged, ['theirs', 'mine'])).toBe('a\ntheirs\nc\nd\nmy end\n');
  expect(applyChoices(merged, ['both', 'theirs'])).toBe('a\nmine\ntheirs\nc\nnew d\ntheir end\n');
});
