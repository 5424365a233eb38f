import type { Layout } from './layout.ts';
import { decodeSegment, encodeSegment } from './segments.ts';

/** The fixed places of a folder that other tools read. */
export interface FolderPlaces {
  name: string;
  /** The folder of this run. */
  root: string;
  /** Kinds with one file each, whose key is the kind: `design` stands in `design.md`. */
  single: readonly string[];
  /** Kinds with many, by their key: the folder before it and the end behind it. */
  many: Readonly<Record<string, { folder: string; ending: string }>>;
}

/** A layout with a folder for the run, in which every kind has its place and others have none. */
export function createFolderLayout({ name, root, single, many }: FolderPlaces): Layout {
  return {
    name,
    root,
    toPath({ kind, key }) {
      if (single.includes(kind) && key === kind) return `${root}/${kind}.md`;
      const place = Object.hasOwn(many, kind) ? many[kind] : undefined;
      const segments = key.split('/').map(encodeSegment);
      if (!place || segments.includes(null)) return null;
      return `${root}/${place.folder}/${segments.join('/')}${place.ending}`;
    },
    toDocument(path) {
      if (!path.startsWith(`${root}/`)) return null;
      const inside = path.slice(root.length + 1);
      const kind = single.find((kind) => inside === `${kind}.md`);
      if (kind !== undefined) return { kind, key: kind };
      for (const [kind, { folder, ending }] of Object.entries(many)) {
        if (!inside.startsWith(`${folder}/`) || !inside.endsWith(ending)) continue;
        const segments = inside
          .slice(folder.length + 1, -ending.length)
          .split('/')
          .map(decodeSegment);
        if (!segments.includes(null) && !segments.includes('')) return { kind, key: segments.join('/') };
      }
      return null;
    },
  };
}
