/** A stretch of a long list that one request reads. What it says is asked for anew only while it is in sight. */
export interface RowPage {
  /** Where it begins: behind the row that the cursor names, or with the first row. */
  readonly cursor: string | undefined;
  readonly limit: number;
  /** The names of its rows when it was last read; those that it is thought to have before it was. */
  readonly keys: readonly string[];
  /** Where it ends; null at the end of the list, undefined before it was read. */
  readonly next: string | null | undefined;
}

/** What a request for a page brought. */
export interface PageRead {
  readonly keys: readonly string[];
  readonly next: string | null;
}

export const PAGE_SIZE = 100;

export function unreadPage(cursor: string | undefined, keys: readonly string[] = []): RowPage {
  return { cursor, limit: PAGE_SIZE, keys, next: undefined };
}

export function isSamePage(one: RowPage, other: RowPage): boolean {
  return one.cursor === other.cursor && one.limit === other.limit;
}

/**
 * The pages of a list after one of them was read: together they are the list without gap, and name each row once.
 *
 * A row that came or went moves the end of its page. The page behind it then begins later, or one that holds what was
 * pushed out is put between them, so that no other page has to be read.
 */
export function withPageRead(
  pages: readonly RowPage[],
  page: RowPage,
  { keys, next }: PageRead,
): readonly RowPage[] {
  const index = pages.findIndex((other) => isSamePage(other, page));
  const before = pages[index];
  if (before === undefined) return pages;
  if (before.next === next && isSameList(before.keys, keys)) return pages;
  const read: RowPage = { ...before, keys, next };
  const behind = next === null ? [] : toBehind(pages.slice(index + 1), before, { keys, next });
  const come = new Set(keys.filter((key) => !before.keys.includes(key)));
  const once = (other: RowPage): RowPage => {
    if (!other.keys.some((key) => come.has(key))) return other;
    return { ...other, keys: other.keys.filter((key) => !come.has(key)) };
  };
  return [...pages.slice(0, index).map(once), read, ...behind.map(once)];
}

/** The pages behind one that ends at `next` now. */
function toBehind(
  behind: readonly RowPage[],
  before: RowPage,
  { keys, next }: { keys: readonly string[]; next: string },
): readonly RowPage[] {
  const [following] = behind;
  if (following === undefined) return [unreadPage(next)];
  if (following.cursor === next) return behind;
  const last = keys.at(-1) ?? '';
  const reached = behind.findIndex((page) => page.keys.includes(last));
  const end = behind[reached];
  if (end !== undefined) return withoutRows(behind.slice(reached), { page: end, until: last, next });
  const kept = before.keys.findLastIndex((key) => keys.includes(key));
  const pushed = before.keys.slice(kept + 1);
  // Behind the last row come exactly those that stood behind it before: what they end with is known.
  if (before.keys[kept] === last && pushed.length > 0) return withPushed(behind, { pushed, next, following });
  return [unreadPage(next, pushed), ...behind];
}

/** The page before has taken these rows over, up to one of them. */
function withoutRows(
  [, ...others]: readonly RowPage[],
  { page, until, next }: { page: RowPage; until: string; next: string },
): readonly RowPage[] {
  const rest = page.keys.slice(page.keys.indexOf(until) + 1);
  if (rest.length > 0) return [{ ...page, cursor: next, limit: rest.length, keys: rest }, ...others];
  return others[0]?.cursor === next ? others : [unreadPage(next), ...others];
}

/** Puts rows before a page: into it where there is room, so that many single rows do not make many pages. */
function withPushed(
  behind: readonly RowPage[],
  { pushed, next, following }: { pushed: readonly string[]; next: string; following: RowPage },
): readonly RowPage[] {
  const limit = pushed.length + following.limit;
  if (limit <= PAGE_SIZE && typeof following.next === 'string') {
    return [
      { cursor: next, limit, keys: [...pushed, ...following.keys], next: following.next },
      ...behind.slice(1),
    ];
  }
  return [{ cursor: next, limit: pushed.length, keys: pushed, next: following.cursor }, ...behind];
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((key, index) => key === other[index]);
}

/** A row of the list: one that is known by its name, or the place of a page that was not read. */
export function toRows(pages: readonly RowPage[]): string[] {
  return pages.flatMap((page) => rowsOf(page));
}

function rowsOf(page: RowPage): readonly string[] {
  return page.keys.length === 0 && page.next === undefined ? [`${UNREAD}${page.cursor ?? ''}`] : page.keys;
}

const UNREAD = 'unread:';

/** Whether a row is but the place of a page that was not read. */
export function isUnread(row: string): boolean {
  return row.startsWith(UNREAD);
}

/** The pages that hold the rows from one to another; those without rows too where they stand there, as rows may come. */
export function pagesWithin(pages: readonly RowPage[], first: number, last: number): RowPage[] {
  let start = 0;
  return pages.filter((page) => {
    const from = start;
    start += rowsOf(page).length;
    return start > from ? from <= last && start > first : first <= from && from <= last + 1;
  });
}
