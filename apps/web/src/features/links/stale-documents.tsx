import type { StaleDocuments as Stale, StaleDocument } from '@stepledger/client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { formatDocument } from '../../lib/words/format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { Failure, QueryFailure } from '../../ui/states.tsx';
import { DocumentLink } from '../documents/document-link.tsx';
import { useRunView } from '../runs/run/run-view.ts';

/** Documents that were built on what has changed since, each with what changed. */
export function StaleDocuments() {
  const trpc = useTRPC();
  const { run } = useRunView();
  const query = useQuery(trpc.links.stale.queryOptions({ runId: run.id, limit: 100 }));
  return (
    <>
      <QueryFailure query={query} />
      {query.data !== undefined && query.data.documents.length > 0 && <StaleList stale={query.data} />}
    </>
  );
}

function StaleList({ stale: { documents, cut } }: { stale: Stale }) {
  return (
    <section aria-labelledby="stale" className="max-h-48 shrink-0 overflow-auto border-b p-3">
      <h3 id="stale" className="pb-1 font-medium">
        Stale: built on what has changed since{cut && ' (and maybe more)'}
      </h3>
      <ul className="grid gap-1">
        {documents.map((document) => (
          <StaleRow key={document.documentId} document={document} />
        ))}
      </ul>
    </section>
  );
}

function StaleRow({ document }: { document: StaleDocument }) {
  const trpc = useTRPC();
  const accept = useMutation(trpc.links.accept.mutationOptions());
  const { documentId, version, moved } = document;
  // Of what is gone with its whole run there is no version that could be accepted.
  const inputs = moved.flatMap(({ documentId: id, headVersion }) =>
    headVersion === null ? [] : [{ documentId: id, version: headVersion }],
  );
  return (
    <li className="flex flex-wrap items-center gap-2">
      <Badge tone="warning">stale</Badge>
      <DocumentLink document={document} />
      <span className="text-muted-foreground">
        {moved.map((input, index) => (
          <span key={input.documentId}>
            {index > 0 && ', '}
            <Moved {...input} />
          </span>
        ))}
      </span>
      {inputs.length > 0 && (
        <Button
          size="small"
          disabled={accept.isPending}
          onClick={() => accept.mutate({ documentId, version, inputs })}
        >
          Accept as it is
        </Button>
      )}
      {accept.error !== null && <Failure error={accept.error} />}
    </li>
  );
}

/** What has become of an input. */
function Moved({ documentId, version, headVersion, deleted }: StaleDocument['moved'][number]) {
  const trpc = useTRPC();
  const { data } = useQuery(
    trpc.documents.get.queryOptions(
      { documentId, withText: false, includeDeleted: true },
      { enabled: headVersion !== null },
    ),
  );
  const name = data === undefined ? 'an input' : formatDocument(data);
  return (
    <>
      <Visible text={name} />{' '}
      {headVersion === null
        ? 'is gone with its run'
        : deleted
          ? `v${version} was deleted`
          : `went from v${version} to v${headVersion}`}
    </>
  );
}
