import type { LinksService } from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { acceptLinks } from './links.accept.ts';
import { blameDocument } from './links.blame.ts';
import { readGraph } from './links.graph.ts';
import { listLinks } from './links.list.ts';
import { findStale } from './links.stale.ts';
import { addLink, removeLink } from './links.write.ts';

export function createLinksStore(context: StoreContext): LinksService {
  return {
    add: (input) => addLink(context, input),
    remove: (input) => removeLink(context, input),
    list: (input) => listLinks(context, input),
    graph: (input) => readGraph(context, input),
    stale: (input) => findStale(context, input),
    accept: (input) => acceptLinks(context, input),
    blame: (input) => blameDocument(context, input),
  };
}
