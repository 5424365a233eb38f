import type { VersionRef } from '@stepledger/client';
import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { DocumentLink } from '../documents/document-link.tsx';

/** More are asked for by nobody, and each name costs a look-up. */
const SHOWN = 50;

/** The document versions that the messages were built on. */
export function UsedDocuments({ uses }: { uses: readonly VersionRef[] }) {
  return (
    <section className="p-3">
      <h2 className="mb-2 font-semibold">Built on</h2>
      <ul className="grid gap-1">
        {uses.slice(0, SHOWN).map((ref) => (
          <li key={`${ref.documentId}@${ref.version}`}>
            <UsedDocument used={ref} />
          </li>
        ))}
      </ul>
      {uses.length > SHOWN && <p>and {uses.length - SHOWN} more</p>}
    </section>
  );
}

function UsedDocument({ used: { documentId, version } }: { used: VersionRef }) {
  const trpc = useTRPC();
  const { data, isPending } = useQuery(
    trpc.documents.get.queryOptions({ documentId, version, withText: false, includeDeleted: true }),
  );
  if (isPending) return <code>{documentId.slice(-6)}</code>;
  return (
    <DocumentLink document={{ documentId, version, kind: data?.kind ?? null, key: data?.key ?? null }} />
  );
}
