import { type Query, type QueryFunction, type QueryKey, useQueries } from '@tanstack/react-query';
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { pagesWithin, type RowPage, toRows } from './row-pages.ts';
import { FIRST, type PageAnswer, type ReadPage, type Shown, withAnswers } from './shown-rows.ts';

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

export interface RowList<Item> {
  /** Undefined until the first page is there. Empty only when the list that is asked for is. */
  data: { rows: readonly string[]; items: ReadonlyMap<string, Item> } | undefined;
  error: unknown;
  /** Whether neither rows nor a failure are there yet. */
  isPending: boolean;
  refetch: () => void;
  /** Tells which rows are in sight. */
  onSight: (first: number, last: number) => void;
}

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
  const applied = useRef<readonly PageAnswer<Item>[]>([]);
  // Before it is painted: a page that is in the cache is there at once.
  useLayoutEffect(() => {
    const before = applied.current;
    const answers = asked.map((page, index): PageAnswer<Item> => {
      const result = results[index];
      return { page, data: result?.data, readAt: result?.dataUpdatedAt ?? 0 };
    });
    applied.current = answers;
    setShown((rows) => withAnswers(rows, { identity, answers, applied: before, keyOf }));
  });
  const pages = shown?.pages;
  const rows = useMemo(() => toRows(pages ?? []), [pages]);
  const failed = results.filter(({ error }) => error !== null);
  // Rows of another list are shown while those of this one are read; not that it had none, and not below a failure.
  const isOld = !isShown && (rows.length === 0 || failed.length > 0);
  const data = shown && !isOld ? { rows, items: shown.items } : undefined;
  return {
    data,
    error: failed[0]?.error ?? null,
    isPending: data === undefined && failed.length === 0,
    refetch: () => {
      for (const { refetch } of failed) void refetch();
    },
    onSight: useCallback((first, last) => setSight([first, last]), []),
  };
}
