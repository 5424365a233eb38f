import { Link } from '@tanstack/react-router';
import { formatDocument } from '../../lib/words/format.ts';
import { Visible } from '../../ui/exact-text.tsx';

export interface DocumentLinkProps {
  documentId: string;
  version: number;
  /** Null when the document is gone with its run. */
  kind: string | null;
  key: string | null;
}

/** The way to an exact version of a document. */
export function DocumentLink({ document }: { document: DocumentLinkProps }) {
  const { documentId, version, kind, key } = document;
  if (kind === null || key === null) {
    return (
      <span className="text-muted-foreground">
        <code>{documentId.slice(0, 8)}</code> version {version}, gone with its run
      </span>
    );
  }
  return (
    <Link
      to="/documents/$documentId"
      params={{ documentId }}
      search={{ version }}
      className="text-primary underline underline-offset-2"
    >
      <Visible text={formatDocument({ kind, key })} /> v{version}
    </Link>
  );
}
