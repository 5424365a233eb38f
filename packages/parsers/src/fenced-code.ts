import { createParser, requireMin } from './create-parser.ts';
import { createUniqueKeys, toIdentifier } from './identifiers.ts';
import { findFences } from './markdown/fences.ts';
import { readInfoString } from './markdown/info-string.ts';
import { readMarkdown } from './markdown/read-markdown.ts';
import { ParseError } from './parse-error.ts';
import type { Parser, ParserOptions } from './parser.ts';

/** A fenced block as a key is made for it. */
export interface CodeBlock {
  text: string;
  /** In lower case; empty where none is named. */
  language: string;
  /** The name of its file, where the opening fence says one. */
  file?: string;
  /** Its place among the blocks that are taken, from 1. */
  number: number;
}

export interface FencedCodeOptions extends ParserOptions {
  kind: string;
  /** Takes only blocks of this language or one of these, in any case; `''` is a block that names none. */
  language?: string | readonly string[] | undefined;
  /** In place of the file's name or the number; made unique by `-2`, `-3`, ... */
  key?: string | ((block: CodeBlock) => string | undefined) | undefined;
  /** How many blocks there must be, else ParseError. Default 1. */
  min?: number | undefined;
  /** A block without a closing fence: taken as it is, as CommonMark does (default), or a ParseError. */
  unclosed?: 'keep' | 'refuse' | undefined;
}

/**
 * The fenced code blocks of an answer, each with exactly the lines between its fences.
 *
 * Key and title are the name of the file where the opening fence says one, else the key is the block's number.
 */
export function fencedCode(options: FencedCodeOptions): Parser {
  const { kind, key, min = 1, unclosed = 'keep' } = options;
  const languages =
    options.language === undefined ? undefined : new Set([options.language].flat().map(toLower));
  return createParser({ name: 'fenced-code', version: '1', options }, (raw) => {
    const fences = findFences(readMarkdown(raw))
      .map((fence) => ({ ...fence, ...readInfoString(fence.info) }))
      .filter(({ language }) => languages?.has(language) ?? true);
    requireMin(fences.length, min, { what: 'fenced code blocks', raw });
    const open = fences.find(({ closed }) => !closed);
    if (open && unclosed === 'refuse') {
      throw new ParseError('A code block has no closing fence: the answer was cut off', open.start);
    }

    const toUnique = createUniqueKeys();
    return fences.map(({ text, language, file }, index) => {
      const block = { text, language, number: index + 1, ...(file !== undefined && { file }) };
      const wanted = typeof key === 'function' ? key(block) : key;
      const title = file === undefined ? undefined : toIdentifier(file);
      const name = toIdentifier(wanted ?? file ?? '') ?? String(block.number);
      return { kind, key: toUnique(kind, name), text, ...(title !== undefined && { title }) };
    });
  });
}

function toLower(text: string): string {
  return text.toLowerCase();
}
