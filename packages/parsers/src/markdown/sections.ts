import type { Markdown } from './read-markdown.ts';

/** A heading with what stands below it, up to the next one: offsets in the raw text. */
export interface Section {
  /** The text of the heading, without its marks. */
  heading: string;
  /** Where the line of the heading begins. */
  start: number;
  /** Where the line below the heading begins. */
  body: number;
  end: number;
}

/** Cuts a text at every heading of a level or above that stands in no list or quote. */
export function findSections({ raw, tokens, lines }: Markdown, level: number): Section[] {
  const headings = tokens.flatMap((token, index) => {
    const isHeading = token.type === 'heading_open' && token.level === 0 && token.map;
    // A paragraph with --- below it would be one, too; models mean a rule by it.
    if (!isHeading || token.markup === '-' || Number(token.tag.slice(1)) > level) return [];
    const [first, after] = token.map ?? [0, 0];
    return [
      { heading: tokens[index + 1]?.content ?? '', start: lines.start(first), body: lines.start(after) },
    ];
  });
  return headings.map((section, index) => ({ ...section, end: headings[index + 1]?.start ?? raw.length }));
}
