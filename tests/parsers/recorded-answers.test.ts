import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  checklist,
  fencedCode,
  jsonValue,
  markdownSections,
  type ParsedDocument,
  ParseError,
  type Parser,
  wholeText,
} from '@stepledger/parsers';
import { findRecordedData, loadTexts } from '@stepledger/testing';
import { expect, test } from 'vitest';

interface RecordedLine {
  steps: {
    exchanges: { rawResponse: string }[];
    documents: { text: string; fromExchange?: number }[];
  }[];
}

const SAMPLE = resolve(import.meta.dirname, '../../examples/recorded-runs/sample');
const REAL = findRecordedData();
const FILES = [
  ...filesOf(SAMPLE, ['small-house', 'bug-loop', 'specs']),
  ...(REAL === null ? [] : filesOf(REAL, ['metagpt', 'openspec', 'swe-agent'])),
];

const kind = 'document';
const PARSERS = [
  wholeText({ kind }),
  fencedCode({ kind }),
  markdownSections({ kind }),
  jsonValue({ kind }),
  checklist({ kind }),
  checklist({ kind, nested: 'flatten' }),
];

function filesOf(dir: string, names: readonly string[]) {
  return names.map((name) => ({ name, file: join(dir, `${name}.jsonl`) }));
}

function read(parser: Parser, raw: string): ParsedDocument[] {
  try {
    return parser.parse(raw);
  } catch (error) {
    if (error instanceof ParseError) return [];
    throw error;
  }
}

/** Whether a text is a part of the answer; a block in a list or quote is, line by line. */
function isSlice(raw: string, text: string): boolean {
  return raw.includes(text) || text.split('\n').every((line) => raw.includes(line.trim()));
}

test.each(FILES)('no text of $name gives anything but parts of itself', async ({ file }) => {
  const texts = await loadTexts(file);
  let found = 0;
  for (const raw of texts) {
    for (const parser of PARSERS) {
      const documents = read(parser, raw);
      found += documents.length;
      expect(documents.filter(({ text }) => !isSlice(raw, text))).toEqual([]);
      expect(new Set(documents.map(({ key }) => key)).size).toBe(documents.length);
    }
    const sections = read(markdownSections({ kind, level: 6 }), raw);
    if (sections.length > 0)
      expect(raw.trimStart()).toBe(
        sections
          .map(({ text }) => text)
          .join('')
          .trimStart(),
      );
  }
  expect(found).toBeGreaterThan(texts.length);
});

test.skipIf(REAL === null)(
  "the documents of MetaGPT's recorder are read out of its raw answers",
  async () => {
    const lines = (await readFile(join(REAL ?? '', 'metagpt.jsonl'), 'utf8')).split('\n').filter(Boolean);
    const missed: string[] = [];
    let exact = 0;
    let all = 0;
    for (const { steps } of lines.map((line) => JSON.parse(line) as RecordedLine)) {
      for (const { exchanges, documents } of steps) {
        for (const { text, fromExchange } of documents) {
          const raw = exchanges[fromExchange ?? -1]?.rawResponse ?? '';
          const texts = PARSERS.slice(1).flatMap((parser) =>
            read(parser, raw).map((document) => document.text),
          );
          all += 1;
          if (texts.includes(text)) exact += 1;
          // Its recorder took the line breaks between tag and JSON for part of the document.
          else if (!texts.some((found) => found.trim() === text.trim())) missed.push(text);
        }
      }
    }
    expect(all).toBeGreaterThan(0);
    expect(exact / all).toBeGreaterThan(0.6);
    // One block in a list, which its recorder left indented.
    expect(missed.length / all).toBeLessThan(0.02);
  },
);
