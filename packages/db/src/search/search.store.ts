import type { SearchService } from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { querySearch } from './search.query.ts';
import { rebuildSearch } from './search.rebuild.ts';
import { verifySearch } from './search.verify.ts';

/** Search over documents, prompts and responses, in an index of its own. */
export function createSearchStore(context: StoreContext): SearchService {
  return {
    query: (input) => querySearch(context, input),
    verify: (input) => verifySearch(context, input),
    rebuild: (input) => rebuildSearch(context, input),
  };
}
