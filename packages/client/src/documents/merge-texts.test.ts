import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MergedText, type MergeInput, mergeTexts } from './merge-texts.ts';

const BASE = '# Todo\n\n- add\n- remove\n\nThe end.\n';

test('changes of both sides that are apart from each other are all in the merged text', () => {
  const ours = BASE.replace('- add', '- add an item');
  const theirs = BASE.replace('The end.', 'The very end.');

  const merged = mergeTexts({ base: BASE, ours, theirs });

  expect(merged).toEqual({ text: '# Todo\n\n- add an item\n- remove\n\nThe very end.\n', conflicts: [] });
});

test('a line that both changed is a conflict, with ours in the text and all three as data', () => {
  const ours = BASE.replace('- add', '- append');
  const theirs = BASE.replace('- add', '- prepend');

  const { text, conflicts } = mergeTexts({ base: BASE, ours, theirs });

  expect(text).toBe(ours);
  expect(conflicts).toEqual([{ base: '- add\n', ours: '- append\n', theirs: '- prepend\n', at: 8 }]);
});

test('a line that one side took away and the other changed is a conflict', () => {
  const { conflicts } = mergeTexts({ base: 'a\nb\nc\n', ours: 'a\nc\n', theirs: 'a\nB\nc\n' });
  expect(conflicts).toEqual([{ base: 'b\n', ours: '', theirs: 'B\n', at: 2 }]);
});

test('changes that touch are a conflict: what stands between two lines may be meant for either', () => {
  const { conflicts } = mergeTexts({ base: 'a\nb\n', ours: 'A\nb\n', theirs: 'a\nB\n' });
  expect(conflicts).toEqual([{ base: 'a\nb\n', ours: 'A\nb\n', theirs: 'a\nB\n', at: 0 }]);
});

test('the same change by both is made once', () => {
  const changed = BASE.replace('- add', '- append');
  expect(mergeTexts({ base: BASE, ours: changed, theirs: changed })).toEqual({
    text: changed,
    conflicts: [],
  });
});

describe('line ends', () => {
  test('CRLF stays CRLF, and a change of line ends is a change', () => {
    expect(mergeTexts({ base: 'a\r\nb\r\nc', ours: 'a\r\nb\r\nC', theirs: 'A\r\nb\r\nc' }).text).toBe(
      'A\r\nb\r\nC',
    );
    const { conflicts } = mergeTexts({ base: 'a\r\n', ours: 'a\n', theirs: 'b\r\n' });
    expect(conflicts).toEqual([{ base: 'a\r\n', ours: 'a\n', theirs: 'b\r\n', at: 0 }]);
  });

  test('a last line without a line end stays so, and nothing is glued to it', () => {
    expect(mergeTexts({ base: 'a\nb\nc', ours: 'A\nb\nc', theirs: 'a\nb\nc' }).text).toBe('A\nb\nc');
    const { text, conflicts } = mergeTexts({ base: 'a\nb', ours: 'a\nb\nc', theirs: 'a\nb\nd' });
    expect(text).toBe('a\nb\nc');
    expect(conflicts).toEqual([{ base: 'b', ours: 'b\nc', theirs: 'b\nd', at: 2 }]);
  });
});

/** Few different lines, so that they repeat; some without their end, which a text may have last only. */
const lines = fc
  .tuple(
    fc.array(fc.constantFrom('a\n', 'b\n', '\n', 'c\r\n'), { maxLength: 12 }),
    fc.constantFrom('', 'a', '\r'),
  )
  .map(([whole, last]) => whole.join('') + last);

function resolve({ text, conflicts }: MergedText, choose: 'base' | 'theirs'): string {
  let resolved = '';
  let at = 0;
  for (const conflict of conflicts) {
    resolved += text.slice(at, conflict.at) + conflict[choose];
    at = conflict.at + conflict.ours.length;
  }
  return resolved + text.slice(at);
}

test('whatever the texts, each conflict stands where it says, and choosing theirs is merging from their side', () => {
  fc.assert(
    fc.property(lines, lines, lines, (base, ours, theirs) => {
      const merged = mergeTexts({ base, ours, theirs });
      for (const conflict of merged.conflicts) {
        expect(merged.text.slice(conflict.at, conflict.at + conflict.ours.length)).toBe(conflict.ours);
        expect(conflict.ours).not.toBe(conflict.theirs);
      }
      expect(resolve(merged, 'theirs')).toBe(mergeTexts({ base, ours: theirs, theirs: ours }).text);
      expect(mergeTexts({ base, ours, theirs: base })).toEqual({ text: ours, conflicts: [] });
      expect(mergeTexts({ base, ours: base, theirs })).toEqual({ text: theirs, conflicts: [] });
      expect(mergeTexts({ base, ours, theirs: ours })).toEqual({ text: ours, conflicts: [] });
    }),
    { numRuns: 2000 },
  );
});

test('what one side wrote is in the merged text or in a conflict, and nothing else is', () => {
  const edits = fc.array(fc.tuple(fc.nat(9), fc.constantFrom('insert', 'change', 'remove')), {
    maxLength: 4,
  });
  const edit = (side: string, changes: [number, string][]) => {
    const text = Array.from({ length: 10 }, (_, n) => `line ${n}\n`);
    for (const [n, [at, what]] of changes.entries()) {
      const written = what === 'remove' ? [] : [`${side} ${n}\n`];
      text.splice(at % text.length, what === 'insert' ? 0 : 1, ...written);
    }
    return text.join('');
  };
  fc.assert(
    fc.property(edits, edits, (left, right) => {
      const input: MergeInput = {
        base: edit('', []),
        ours: edit('ours', left),
        theirs: edit('theirs', right),
      };
      const { text, conflicts } = mergeTexts(input);
      const shown = text + conflicts.map(({ theirs }) => theirs).join('');
      for (const line of [...input.ours.split('\n'), ...input.theirs.split('\n')]) {
        if (/^(ours|theirs)/.test(line)) expect(shown).toContain(`${line}\n`);
      }
      for (const line of shown.split('\n')) {
        expect(Object.values(input).some((source) => source.split('\n').includes(line))).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
});

describe('texts that are too much to compare', () => {
  test('too many differences are one change, from the first line that differs to the last', () => {
    const numbered = (word: string, from: number, to: number) =>
      Array.from({ length: to - from }, (_, n) => `${word} ${from + n}\n`).join('');
    const [head, tail] = [numbered('head', 0, 9), numbered('tail', 0, 9)];
    const [base, ours] = [numbered('base', 0, 5000), numbered('ours', 0, 5000)];

    const merged = mergeTexts({
      base: head + base + tail,
      ours: head + ours + tail,
      theirs: `${head + base + tail}more\n`,
    });

    expect(merged).toEqual({ text: `${head + ours + tail}more\n`, conflicts: [] });
  });

  test('a text of nothing but line ends is not even split', () => {
    const base = '\n'.repeat(2_000_000);
    const { text, conflicts } = mergeTexts({ base, ours: `${base}a`, theirs: `b${base}` });
    expect(text === `${base}a`).toBe(true);
    expect(conflicts).toHaveLength(1);
  });

  test('long texts that repeat their lines are merged like any other', () => {
    const base = '- item\n\n---\n'.repeat(100_000);
    const theirs = `${base}the end\n`;
    const { text, conflicts } = mergeTexts({ base, ours: `the beginning\n${base}`, theirs });
    expect(text === `the beginning\n${theirs}`).toBe(true);
    expect(conflicts).toEqual([]);
  });
});
