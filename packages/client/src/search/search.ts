import type { RouterInputs, RouterOutputs } from '@stepledger/api';
import type { CallOptions, Features } from '../calls/features.ts';
import type { PagePromise } from '../calls/pages.ts';

type Inputs = RouterInputs['search'];
export type SearchInput = Omit<Inputs['query'], 'cursor'>;
export type SearchPage = RouterOutputs['search']['query'];
export type SearchHit = SearchPage['items'][number];

/** What was found: the first page when awaited; with `for await` every hit, page by page as they are needed. */
export type SearchResults = PagePromise<SearchHit, SearchPage>;

/** Finds documents, prompts and responses by what is in them, right after the write that stored them. */
export type Search = (search: string | SearchInput, options?: CallOptions) => SearchResults;

/** Makes `ledger.search`: a function that also has the procedures of the feature. */
export function createSearch({ search }: Features): Search & Features['search'] {
  const find: Search = (what, options) => search.query(toInput(what), options);
  return Object.assign(find, { query: search.query, verify: search.verify, rebuild: search.rebuild });
}

/** The same, in one run. */
export function searchRun({ search }: Features, runId: string): Search {
  return (what, options) => {
    const input = toInput(what);
    return search.query({ ...input, filter: { ...input.filter, run: runId } }, options);
  };
}

function toInput(search: string | SearchInput): SearchInput {
  return typeof search === 'string' ? { text: search } : search;
}
