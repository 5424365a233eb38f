import { isSamePage, type RowPage, unreadPage, withPageRead } from './row-pages.ts';

export interface ReadPage<Item> {
  items: Item[];
  nextCursor: string | null;
}

export interface Shown<Item> {
  readonly identity: string;
  readonly pages: readonly RowPage[];
  /** Of the pages in sight. */
  readonly items: ReadonlyMap<string, Item>;
}

/** What is known of a page in sight; undefined before it was read. */
export interface PageAnswer<Item> {
  readonly page: RowPage;
  readonly data: ReadPage<Item> | undefined;
  readonly readAt: number;
}

interface Reading<Item> {
  identity: string;
  /** Of all pages in sight. */
  answers: readonly PageAnswer<Item>[];
  /** The answers that were given before. */
  applied: readonly PageAnswer<Item>[];
  keyOf: (item: Item) => string;
}

export const FIRST: readonly RowPage[] = [unreadPage(undefined)];

/**
 * What was read takes its place in the list; of what is out of sight, nothing but its names is kept.
 *
 * Answers of different age may name the same row, which the newest of them has then. They are only compared again when
 * one of them is another: each of the two would take the row from the other for ever.
 */
export function withAnswers<Item>(
  shown: Shown<Item> | undefined,
  { identity, answers, applied, keyOf }: Reading<Item>,
): Shown<Item> | undefined {
  const read = answers.flatMap(({ page, data, readAt }) =>
    data === undefined ? [] : { page, data, readAt },
  );
  if (read.length === 0) return shown;
  const before = shown?.identity === identity ? shown : undefined;
  let pages = before?.pages ?? FIRST;
  if (before === undefined || !isSameReading(answers, applied)) {
    for (const { page, data } of read.toSorted((one, other) => one.readAt - other.readAt)) {
      pages = withPageRead(pages, page, { keys: data.items.map(keyOf), next: data.nextCursor });
    }
  }
  const own = new Map(
    read.flatMap(({ page, data }) => {
      const keys = new Set(pages.find((other) => isSamePage(other, page))?.keys);
      return data.items.map((item) => [keyOf(item), item] as const).filter(([key]) => keys.has(key));
    }),
  );
  if (pages === before?.pages && [...own].every(([key, item]) => before.items.get(key) === item)) {
    return before;
  }
  const items = new Map<string, Item>();
  for (const key of answers.flatMap(({ page }) => page.keys)) {
    const item = own.get(key) ?? before?.items.get(key);
    if (item !== undefined) items.set(key, item);
  }
  for (const [key, item] of own) items.set(key, item);
  return { identity, pages, items };
}

function isSameReading<Item>(
  answers: readonly PageAnswer<Item>[],
  others: readonly PageAnswer<Item>[],
): boolean {
  return (
    answers.length === others.length &&
    answers.every(({ data, readAt }, index) => {
      const other = others[index];
      return data === other?.data && readAt === other?.readAt;
    })
  );
}
