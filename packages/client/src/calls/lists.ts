import type { CallOptions } from './features.ts';
import { collect, type PagePromise } from './pages.ts';

/** A list of everything that fits a filter, whole or bit by bit. */
export interface Lists<Filter, Item> {
  /** Everything, over all pages. */
  list(filter?: Filter, options?: CallOptions): Promise<Item[]>;
  /** The same one by one, fetched page by page as they are needed: for what may be too much at once. */
  iterate(filter?: Filter, options?: CallOptions): AsyncIterable<Item>;
}

/** What a list of a handle takes: neither cursor nor page size, and nothing that the handle knows already. */
export type FilterOf<Input, Known extends string = never> = Omit<Input, 'cursor' | 'limit' | Known>;

export function createLists<Filter, Item, Listed>(
  query: (filter: Filter | undefined, options: CallOptions | undefined) => PagePromise<Item>,
  map: (item: Item) => Listed,
): Lists<Filter, Listed> {
  async function* iterate(filter?: Filter, options?: CallOptions): AsyncGenerator<Listed, void, undefined> {
    for await (const item of query(filter, options)) yield map(item);
  }
  return { iterate, list: (filter, options) => collect(iterate(filter, options)) };
}

export const asIs = <Item>(item: Item): Item => item;
