/** A document by the name that it has in its run. */
export interface DocumentName {
  kind: string;
  key: string;
}

/** Where documents stand as files. Paths are relative to the folder that is synced, with `/`, and never leave it. */
export interface Layout {
  readonly name: string;
  /** The folder that is looked through for files; '' for all of it. */
  readonly root: string;
  /** Where the document's file belongs; null when it has no place. */
  toPath(document: DocumentName): string | null;
  /** The document that a new file at this path becomes; null when files here become none. */
  toDocument(path: string): DocumentName | null;
}

/** Where a document's file goes when its place is taken, as by another one whose name differs in case only. */
export function besideTaken(path: string, documentId: string): string {
  return `${path.slice(0, -'.md'.length)}~${documentId.slice(-8)}.md`;
}

/** Equal for two paths that some file system takes for one. */
export function foldPath(path: string): string {
  return path.normalize('NFC').toLowerCase().normalize('NFC');
}
