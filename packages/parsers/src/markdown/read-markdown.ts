import MarkdownIt, { type Token } from 'markdown-it';
import { PARSER_LIMITS } from '../limits.ts';
import { ParseError } from '../parse-error.ts';
import { findLines, type Lines } from './lines.ts';

const { maxMarkdownLength, maxMarkdownNesting } = PARSER_LIMITS;

/**
 * markdown-it rather than micromark, which takes time with the square of lengths: 16 KB of `- - - -` 10 s, and 64 KB
 * of underlined headings 50 s. Only its blocks are used: what stands inside a line makes no fence, heading or list.
 *
 * Two rules are off. What models put around blocks, `<answer>` on a line of its own, would begin HTML and hide the
 * fence below it. And what a link refers to is of no use here.
 */
const markdown = new MarkdownIt('commonmark', { maxNesting: maxMarkdownNesting }).disable([
  'html_block',
  'reference',
]);

export type { Token };

/** An answer with the blocks that it is made of. */
export interface Markdown {
  raw: string;
  lines: Lines;
  /** In the order of the text; `map` holds lines. */
  tokens: Token[];
}

/** @throws ParseError when the answer is too long, or nests too deep, to be read in bounded time. */
export function readMarkdown(raw: string): Markdown {
  if (raw.length > maxMarkdownLength) {
    throw new ParseError(
      `The answer is longer than the ${maxMarkdownLength} characters that are read as Markdown`,
      maxMarkdownLength,
    );
  }
  // A byte order mark is no part of the first line.
  const lines = findLines(raw, raw.startsWith('\ufeff') ? 1 : 0);
  const body = raw.slice(lines.start(0)).replace(/\r\n?/g, '\n');
  const tokens: Token[] = [];
  // Every line ends with a break, so that those of a block can be counted.
  markdown.block.parse(body === '' || body.endsWith('\n') ? body : `${body}\n`, markdown, {}, tokens);
  // What is nested deeper than its limit markdown-it leaves out without a word.
  const deepest = tokens.find(({ nesting, level }) => nesting === 1 && level >= maxMarkdownNesting - 1);
  if (deepest) {
    throw new ParseError(
      `The answer nests its blocks ${maxMarkdownNesting} levels deep`,
      lines.start(deepest.map?.[0] ?? 0),
    );
  }
  return { raw, lines, tokens };
}
