import type { SearchHit } from '@stepledger/client';
import { documentHref, exchangeHref } from '../../ui/page-link.tsx';

/** The page on which a hit can be read. */
export function hitHref(hit: SearchHit): string {
  switch (hit.type) {
    case 'document':
      return documentHref({ documentId: hit.documentId, version: hit.version });
    case 'prompt':
      return `/prompts/${encodeURIComponent(hit.name)}?version=${hit.version}`;
    case 'message':
      return `${exchangeHref(hit.exchangeId)}?view=messages`;
    case 'response':
      return `${exchangeHref(hit.exchangeId)}?view=response`;
  }
}

/** Tells a hit from all others of its search. */
export function hitKey(hit: SearchHit): string {
  switch (hit.type) {
    case 'document':
      return `document ${hit.documentId} ${hit.version}`;
    case 'prompt':
      return `prompt ${hit.name} ${hit.version}`;
    case 'message':
      return `message ${hit.exchangeId} ${hit.position}`;
    case 'response':
      return `response ${hit.exchangeId}`;
  }
}
