import type { DocumentName, Layout } from './layout.ts';
import { decodeSegment, encodeSegment } from './segments.ts';

const ENDING = '.md';

/**
 * `KIND/KEY.md`, and `KIND.md` for the document whose key is its kind. A `/` in a key makes a folder; what a file name
 * cannot hold is written as `%` and its number, as in addresses.
 */
export function createPlainLayout(): Layout {
  return {
    name: 'plain',
    root: '',
    toPath({ kind, key }) {
      const parts = key === kind ? [kind] : [kind, ...splitKey(key)];
      const segments = parts.map(encodeSegment);
      return segments.includes(null) ? null : `${segments.join('/')}${ENDING}`;
    },
    toDocument(path) {
      if (!path.endsWith(ENDING)) return null;
      const parts = path.slice(0, -ENDING.length).split('/').map(decodeSegment);
      const [kind, ...rest] = parts;
      if (!kind || rest.includes(null)) return null;
      return { kind, key: rest.length === 0 ? kind : rest.join('/') };
    },
  } satisfies Layout;
}

/** The folders of a key; one only where empty or dotted parts would make no folders. */
function splitKey(key: DocumentName['key']): string[] {
  const parts = key.split('/');
  return parts.includes('') ? [key] : parts;
}
