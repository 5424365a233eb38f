import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyAnswer } from '../test/answers.arbitrary.ts';
import { markdownSections } from './markdown-sections.ts';

const kind = 'section';
const ANSWER = [
  'Sure, here is the plan.',
  '',
  '# Todo app',
  '',
  '## **Requirements:**',
  'Store todos.',
  '### Details',
  'By date.',
  '```md',
  '# not a heading',
  '```',
  '## Design',
  '> # neither is this',
  '',
  'A rule comes now',
  '---',
  '## Design',
  'Again.',
].join('\r\n');

test('each heading of the level or above begins a section that holds the deeper ones', () => {
  const documents = markdownSections({ kind, kinds: { requirements: 'requirement' } }).parse(ANSWER);

  expect(documents.map(({ text: _, ...rest }) => rest)).toEqual([
    { kind, key: 'preface' },
    { kind, key: 'todo-app', title: 'Todo app' },
    { kind: 'requirement', key: 'requirements', title: '**Requirements:**' },
    { kind, key: 'design', title: 'Design' },
    { kind, key: 'design-2', title: 'Design' },
  ]);
  expect(documents.map(({ text }) => text).join('')).toBe(ANSWER);
  expect(documents[4]?.text).toBe('## Design\r\nAgain.');
});

test('joined, the sections of any answer are the answer, but for blanks before the first heading', () => {
  fc.assert(
    fc.property(anyAnswer(), fc.constantFrom(1, 2, 6), (raw, level) => {
      const texts = markdownSections({ kind, level, min: 0 })
        .parse(raw)
        .map(({ text }) => text);
      const joined = texts.join('');
      expect(raw.endsWith(joined)).toBe(true);
      expect(raw.slice(0, raw.length - joined.length).trim()).toBe('');
    }),
    { numRuns: 1000 },
  );
});

test('a level may be given, and the headings left out of the texts', () => {
  const read = (level: 1 | 3) =>
    markdownSections({ kind, level, heading: 'drop' })
      .parse('# A\na\n## B ##\nb\n### C\nc')
      .map(({ title, text }) => [title, text]);
  expect(read(1)).toEqual([['A', 'a\n## B ##\nb\n### C\nc']]);
  expect(read(3)).toEqual([
    ['A', 'a\n'],
    ['B', 'b\n'],
    ['C', 'c'],
  ]);
});

test('what stands before the first heading is kept, left out or refused', () => {
  const read = (preface: 'keep' | 'drop' | 'refuse', raw = 'Sure!\n# A\n') =>
    markdownSections({ kind, preface })
      .parse(raw)
      .map(({ key }) => key);
  expect(read('keep')).toEqual(['preface', 'a']);
  expect(read('drop')).toEqual(['a']);
  expect(() => read('refuse')).toThrow(expect.objectContaining({ name: 'ParseError', offset: 0 }));
  expect(read('refuse', '\ufeff \n\n# A\n')).toEqual(['a']);
  expect(read('keep', '\ufeff# A\n')).toEqual(['a']);
});

test('keys are made of the letters and digits of headings in any script', () => {
  const keys = (raw: string) =>
    markdownSections({ kind })
      .parse(raw)
      .map(({ key, title }) => [key, title]);
  expect(keys('# 1. Über `uns` & 書\n# हिन्दी\n# ...\n#\n# ***\n')).toEqual([
    ['1-über-uns-書', '1. Über `uns` & 書'],
    ['हिन्दी', 'हिन्दी'],
    ['section', '...'],
    ['section-2', undefined],
    ['section-3', '***'],
  ]);
  expect(
    keys(`# ${'x'.repeat(300)}\n# ${'x'.repeat(300)}`).map(([key]) => [key?.length, key?.slice(-3)]),
  ).toEqual([
    [200, 'xxx'],
    [200, 'x-2'],
  ]);
});

test('a heading may be underlined by =, and lines with --- below are text', () => {
  const read = (raw: string) =>
    markdownSections({ kind })
      .parse(raw)
      .map(({ title }) => title);
  expect(read('One\n===\nText\n---\n---\ntitle: no\n---\n')).toEqual(['One']);
});

test('an answer without headings is refused, unless it may have none', () => {
  expect(() => markdownSections({ kind }).parse('### deep only')).toThrow(
    'none of the headings of level 2 or above',
  );
  expect(markdownSections({ kind, min: 0 }).parse('text')).toEqual([{ kind, key: 'preface', text: 'text' }]);
});
