import type { QueryKey } from '@tanstack/react-query';
import type { RowSource } from './use-row-pages.ts';

type RowQuery<Item> = RowSource<Item>['query'];
type Page = Parameters<RowQuery<unknown>>[0];

/** The pages of a list of the API: their names among the answers of the library's hooks, and the call that reads one. */
export function pagesOf<Input extends object, Item>(
  procedure: { queryKey: (input: Input & Page) => QueryKey },
  list: (
    input: Input & Page,
    options: { signal: AbortSignal },
  ) => Promise<{ items: Item[]; nextCursor: string | null }>,
  input: Input,
): RowQuery<Item> {
  return (page) => ({
    queryKey: procedure.queryKey({ ...input, ...page }),
    queryFn: ({ signal }) => list({ ...input, ...page }, { signal }),
  });
}
