import { createParser, requireMin } from './create-parser.ts';
import { createUniqueKeys, toIdentifier } from './identifiers.ts';
import { findLists, type ListItem } from './markdown/lists.ts';
import { readMarkdown } from './markdown/read-markdown.ts';
import type { Parser, ParserOptions } from './parser.ts';

/** An item as a key is made for it. */
export interface ChecklistItem {
  text: string;
  /** Its first line, as it becomes the title. */
  title?: string;
  /** Whether its box is ticked; null where it has none. */
  checked: boolean | null;
  /** Its place among all items, from 1. */
  number: number;
}

export interface ChecklistOptions extends ParserOptions {
  kind: string;
  /** Every list that stands in no other (default), or only the first. */
  lists?: 'all' | 'first' | undefined;
  /** Takes only items with a box, with a number, or with a bullet and no box; lists without any of them do not count. */
  only?: 'checkbox' | 'number' | 'bullet' | undefined;
  /** Lists inside of an item: part of its text (default), or items of their own behind it. */
  nested?: 'keep' | 'flatten' | undefined;
  /** In place of the number; made unique by `-2`, `-3`, ... */
  key?: ((item: ChecklistItem) => string | undefined) | undefined;
  /** How many items there must be, else ParseError. Default 1. */
  min?: number | undefined;
}

/**
 * The items of an answer's lists as subtasks: with boxes, numbers or bullets.
 *
 * A text is what stands behind marker and box, with all lines that belong to the item; title is its first line. The
 * status is `done` or `open` where there is a box. Keys are 1, 2, 3, ... Items without any text are left out.
 */
export function checklist(options: ChecklistOptions): Parser {
  const { kind, lists: which = 'all', only, nested = 'keep', key, min = 1 } = options;
  return createParser({ name: 'checklist', version: '1', options }, (raw) => {
    const lists = findLists(readMarkdown(raw))
      .map((items) => (nested === 'flatten' ? items.flatMap(flatten) : items))
      .map((items) => items.filter((item) => only === undefined || isOf(only, item)))
      .map((items) => items.map(({ start, end, checked }) => ({ text: raw.slice(start, end), checked })))
      .map((items) => items.filter(({ text }) => text.trim() !== ''))
      .filter((items) => items.length > 0);
    const items = (which === 'first' ? lists.slice(0, 1) : lists).flat();
    requireMin(items.length, min, { what: 'list items', raw });

    const toUnique = createUniqueKeys();
    return items.map(({ text, checked }, index) => {
      const title = toIdentifier(/^.*/.exec(text)?.[0] ?? '');
      const number = index + 1;
      const wanted = key?.({ text, checked, number, ...(title !== undefined && { title }) });
      return {
        kind,
        key: toUnique(kind, toIdentifier(wanted ?? '') ?? String(number)),
        text,
        ...(title !== undefined && { title }),
        ...(checked !== null && { status: checked ? 'done' : 'open' }),
      };
    });
  });
}

/** An item without the lists inside of it, then theirs. */
function flatten(item: ListItem): ListItem[] {
  return [{ ...item, end: item.endOfOwn }, ...item.nested.flatMap(flatten)];
}

function isOf(only: 'checkbox' | 'number' | 'bullet', { checked, marker }: ListItem): boolean {
  if (only === 'checkbox') return checked !== null;
  return marker === only && (only === 'number' || checked === null);
}
