import { createParser, requireMin } from './create-parser.ts';
import { createUniqueKeys, toIdentifier, toSlug } from './identifiers.ts';
import { readMarkdown } from './markdown/read-markdown.ts';
import { findSections } from './markdown/sections.ts';
import { ParseError } from './parse-error.ts';
import type { ParsedDocument, Parser, ParserOptions } from './parser.ts';

export interface MarkdownSectionsOptions extends ParserOptions {
  kind: string;
  /** Kinds by heading, in place of `kind`; case, punctuation and emphasis of headings do not matter. */
  kinds?: Readonly<Record<string, string>> | undefined;
  /** A heading of this level or above begins a section; deeper ones are part of it. Default 2. */
  level?: 1 | 2 | 3 | 4 | 5 | 6 | undefined;
  /** Whether the text of a section begins with its heading (default), or below it. */
  heading?: 'keep' | 'drop' | undefined;
  /** What stands before the first heading: a section of its own with the key `preface` (default), left out, or a ParseError. */
  preface?: 'keep' | 'drop' | 'refuse' | undefined;
  /** How many headings there must be, else ParseError. Default 1. */
  min?: number | undefined;
}

/**
 * The sections of an answer by their headings; joined, their texts are the answer.
 *
 * Key is the heading's slug, made unique by `-2`, `-3`, ...; title is its text. A `#` in a code block is no heading,
 * and neither is a line with `---` below it, by which models mean a rule.
 */
export function markdownSections(options: MarkdownSectionsOptions): Parser {
  const { kind, level = 2, heading = 'keep', preface = 'keep', min = 1 } = options;
  const kinds = new Map(Object.entries(options.kinds ?? {}).map(([name, of]) => [toSlug(name), of]));
  return createParser({ name: 'markdown-sections', version: '1', options }, (raw) => {
    const sections = findSections(readMarkdown(raw), level);
    requireMin(sections.length, min, { what: `headings of level ${level} or above`, raw });

    const before = raw.slice(0, sections[0]?.start ?? raw.length);
    const hasPreface = before.trim() !== '';
    if (hasPreface && preface === 'refuse')
      throw new ParseError('The answer does not begin with a heading', 0);

    const toUnique = createUniqueKeys();
    const documents: ParsedDocument[] = [];
    if (hasPreface && preface === 'keep')
      documents.push({ kind, key: toUnique(kind, 'preface'), text: before });
    for (const { start, body, end, heading: text } of sections) {
      const slug = toSlug(text);
      const ofKind = kinds.get(slug) ?? kind;
      const title = toIdentifier(text);
      documents.push({
        kind: ofKind,
        key: toUnique(ofKind, slug),
        text: raw.slice(heading === 'keep' ? start : body, end),
        ...(title !== undefined && { title }),
      });
    }
    return documents;
  });
}
