import { identifierSchema, LIMITS } from '@stepledger/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyAnswer } from '../test/answers.arbitrary.ts';
import {
  checklist,
  fencedCode,
  jsonValue,
  markdownSections,
  PARSER_LIMITS,
  type ParsedDocument,
  ParseError,
  type Parser,
  wholeText,
} from './index.ts';

const kind = 'design';
const PARSERS: Record<string, Parser> = {
  'whole text': wholeText({ kind }),
  'fenced code': fencedCode({ kind }),
  'sections with headings': markdownSections({ kind, level: 6, min: 0 }),
  'sections without headings': markdownSections({ kind, heading: 'drop' }),
  JSON: jsonValue({ kind }),
  'strict JSON': jsonValue({ kind, strict: true }),
  'a checklist': checklist({ kind }),
  'a flat checklist': checklist({ kind, nested: 'flatten' }),
};

/** The documents; none where the parser cannot read the answer. */
function read(parser: Parser, raw: string): ParsedDocument[] {
  try {
    return parser.parse(raw);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    expect(Number.isInteger(error.offset) && error.offset >= 0 && error.offset <= raw.length).toBe(true);
    return [];
  }
}

test.each(Object.entries(PARSERS))(
  '%s: any answer gives documents that can be stored, or a ParseError that says where',
  (name, parser) => {
    fc.assert(
      fc.property(anyAnswer(), (raw) => {
        const documents = read(parser, raw);
        for (const { key, title, text } of documents) {
          for (const identifier of [key, title]) {
            if (identifier !== undefined) expect(identifierSchema.safeParse(identifier).success).toBe(true);
          }
          // A block in a list or quote comes without what the lines before it begin with.
          const parts = name === 'fenced code' ? text.split(/\r\n?|\n/) : [text];
          for (const part of parts) expect(raw).toContain(part.replace(/^ +/, ''));
        }
        const keys = documents.map((document) => document.key);
        expect(new Set(keys).size).toBe(keys.length);
      }),
      { numRuns: 500 },
    );
  },
);

test('an answer of more documents than can be stored at once is refused', () => {
  const items = (count: number) => '- item\n'.repeat(count);
  expect(checklist({ kind }).parse(items(LIMITS.maxDocuments))).toHaveLength(LIMITS.maxDocuments);
  expect(() => checklist({ kind }).parse(items(LIMITS.maxDocuments + 1))).toThrow(
    'The answer holds 1001 documents; 1000 can be stored at once',
  );
});

test('a text that is larger than what can be stored is refused', () => {
  const largest = 'x'.repeat(LIMITS.maxTextBytes);
  expect(wholeText({ kind }).parse(largest)[0]?.text === largest).toBe(true);
  // With NUL each code unit takes two bytes.
  expect(() => wholeText({ kind }).parse(`\0${largest.slice(1)}`)).toThrow(ParseError);
});

const deep = '> '.repeat(PARSER_LIMITS.maxMarkdownNesting);
const long = 'words\n'.repeat(PARSER_LIMITS.maxMarkdownLength / 6 + 1);

test.each([
  ['nested quotes', `\n${deep}text`, 'nests its blocks 32 levels deep', 1],
  ['nested lists on a line', '1. '.repeat(100_000), 'nests its blocks 32 levels deep', 0],
  ['a long answer', long, 'longer than the 1048576 characters', PARSER_LIMITS.maxMarkdownLength],
])('%s: what Markdown would take too long to read is refused', (_, raw, message, offset) => {
  for (const parser of [fencedCode({ kind }), markdownSections({ kind }), checklist({ kind })]) {
    expect(() => parser.parse(raw)).toThrow(
      expect.objectContaining({ name: 'ParseError', offset, message: expect.stringContaining(message) }),
    );
  }
});

/** Some take other libraries minutes; the time limit of a test is the assertion. */
test.each([
  ['backticks', '`'],
  ['brackets', '[`x'],
  ['links', '[a](<b'],
  ['underlined headings', 'a\n=\n'],
  ['items', '- a\n* b\n'],
  ['lazy lines', '> > > >a\nb\n'],
  ['markup', '<!--'],
  ['openings of JSON', '{"a": [1, '],
  ['quotes', '["a"b '],
])('a quarter of a megabyte of %s is read, or refused, in bounded time', (_, piece) => {
  const raw = piece.repeat(PARSER_LIMITS.maxMarkdownLength / 4 / piece.length);
  for (const parser of Object.values(PARSERS)) read(parser, raw);
  expect(raw.length).toBeGreaterThan(250_000);
});

test('name and version are those of the parser, or what the caller says', () => {
  expect(Object.values(PARSERS).map(({ name }) => name)).toEqual([
    'whole-text',
    'fenced-code',
    'markdown-sections',
    'markdown-sections',
    'json-value',
    'json-value',
    'checklist',
    'checklist',
  ]);
  expect(wholeText({ kind, name: 'mine', version: '7' })).toMatchObject({ name: 'mine', version: '7' });
});
