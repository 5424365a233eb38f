import type { LinksService } from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { listLinks } from './links.list.ts';
import { addLink, removeLink } from './links.write.ts';

export function createLinksStore(context: StoreContext): LinksService {
  return {
    add: (input) => addLink(context, input),
    remove: (input) => removeLink(context, input),
    list: (input) => listLinks(context, input),
  };
}
