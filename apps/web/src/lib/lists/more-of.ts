export interface PagedQuery {
  hasNextPage: boolean;
  isFetching: boolean;
  isFetchNextPageError: boolean;
  fetchNextPage: () => unknown;
}

/** Whether a list goes on, and how. A page that failed is not asked for again until a person or the connection says so. */
export function moreOf({ hasNextPage, isFetching, isFetchNextPageError, fetchNextPage }: PagedQuery) {
  return {
    hasMore: hasNextPage && !isFetching && !isFetchNextPageError,
    loadMore: () => void fetchNextPage(),
  };
}
