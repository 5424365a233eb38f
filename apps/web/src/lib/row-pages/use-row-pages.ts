import { type Query, type QueryFunction, type QueryKey, useQueries } from '@tanstack/react-query';
import { useCallback, useLayoutEffect, useMemo, useState } from 'react';
import { pagesWithin, type RowPage, toRows, unreadPage, withPageRead } from './row-pages.ts';

interface ReadPage<Item> {
  items: Item[];
  nextCursor: string | null;
}

export interface RowSource<Item> {
  /** What the list is of: of another, all is read anew, and the rows of the old one are shown until that is there. */
  input: object;
  query: (page: Pick<RowPage, 'cursor' | 'limit'>) => {
    queryKey: QueryKey;
    queryFn: QueryFunction<ReadPage<Item>>;
    /** For what no entry tells of. */
    refetchInterval?: (query: Query<ReadPage<Item>>) => number | false;
  };
  keyOf: (item: Item) => string;
}

interface Shown<Item> {
  readonly identity: string;
  readonly pages: readonly RowPage[];
  /** Of the pages in sight. */
  readonly items: ReadonlyMap<string, Item>;
}

interface Reading<Item> extends Pick<RowSource<Item>, 'keyOf'> {
  identity: string;
  asked: readonly RowPage[];
  page: RowPage;
  data: ReadPage<Item>;
}

export interface RowList<Item> {
  /** Undefined until the first page is there. Empty only when the list that is asked for is. */
  data: { rows: readonly string[]; items: ReadonlyMap<string, Item> } | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => void;
  /** Tells which rows are in sight. */
  onSight: (first: number, last: number) => void;
}

const FIRST = [unreadPage(undefined)];

/**
 * A list of any length, of which only what is in sight is read, kept and renewed: a change costs a request or two,
 * whatever was scrolled through. Of the rest, the names of its rows are kept.
 */
export function useRowPages<Item>({ input, query, keyOf }: RowSource<Item>): RowList<Item> {
  const identity = JSON.stringify(input);
  const [shown, setShown] = useState<Shown<Item>>();
  const [sight, setSight] = useState<readonly [number, number]>([0, 0]);
  const isShown = shown?.identity === identity;
  const inSight = isShown ? pagesWithin(shown.pages, ...sight) : FIRST;
  // A list that has become short may not have told yet what is in sight now.
  const asked = isShown && inSight.length === 0 ? shown.pages.slice(-1) : inSight;
  const results = useQueries({ queries: asked.map(({ cursor, limit }) => query({ cursor, limit })) });
  // Before it is painted: a page that is in the cache is there at once.
  useLayoutEffect(() => {
    for (const [index, { data }] of results.entries()) {
      const page = asked[index];
      if (page === undefined || data === undefined) continue;
      setShown((before) => withItems(before, { identity, asked, page, data, keyOf }));
    }
  });
  const pages = shown?.pages;
  const rows = useMemo(() => toRows(pages ?? []), [pages]);
  const failed = results.filter(({ error }) => error !== null);
  // Rows of another list are shown while those of this one are read; not that it had none, and not below a failure.
  const isOld = !isShown && (rows.length === 0 || failed.length > 0);
  return {
    data: shown && !isOld ? { rows, items: shown.items } : undefined,
    error: failed[0]?.error ?? null,
    isPending: failed.length === 0,
    refetch: () => {
      for (const { refetch } of failed) void refetch();
    },
    onSight: useCallback((first, last) => setSight([first, last]), []),
  };
}

/** What was read takes its place in the list; of what is out of sight, nothing but its names is kept. */
function withItems<Item>(
  shown: Shown<Item> | undefined,
  { identity, asked, page, data, keyOf }: Reading<Item>,
): Shown<Item> {
  const isShown = shown?.identity === identity;
  const before = isShown ? shown.pages : FIRST;
  const keys = data.items.map(keyOf);
  const pages = withPageRead(before, page, { keys, next: data.nextCursor });
  if (
    isShown &&
    pages === before &&
    data.items.every((item, place) => shown.items.get(keys[place] ?? '') === item)
  ) {
    return shown;
  }
  const items = new Map<string, Item>();
  for (const key of asked.flatMap((each) => each.keys)) {
    const item = isShown ? shown.items.get(key) : undefined;
    if (item !== undefined) items.set(key, item);
  }
  for (const [place, item] of data.items.entries()) items.set(keys[place] ?? '', item);
  return { identity, pages, items };
}
