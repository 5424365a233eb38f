import type { Document, StaleDocument } from '@stepledger/client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { Button } from '../../ui/button.tsx';
import { Failure, QueryFailure } from '../../ui/states.tsx';
import { DocumentLink } from './document-link.tsx';

/** Of more inputs only the nearest are named. */
const SHOWN = 10;

/** Says that the head was built on versions that have moved since, which they are, and takes that for fine. */
export function StaleNotice({ document }: { document: Document }) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.links.stale.queryOptions(
      { runId: document.runId, documentId: document.id },
      { enabled: !document.deleted },
    ),
  );
  const stale = document.deleted ? undefined : query.data?.documents[0];
  return (
    <>
      <QueryFailure query={query} />
      {stale !== undefined && <Stale stale={stale} />}
    </>
  );
}

function Stale({ stale }: { stale: StaleDocument }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const accept = useMutation(
    trpc.links.accept.mutationOptions({
      onSettled: () => queryClient.invalidateQueries(trpc.links.pathFilter()),
    }),
  );
  const { documentId, version, moved, path } = stale;
  const inputs = moved.flatMap(({ documentId: id, headVersion }) =>
    headVersion === null ? [] : [{ documentId: id, version: headVersion }],
  );
  return (
    <section aria-label="Stale" className="grid gap-1 border-b bg-warning-surface px-3 py-2">
      <p className="font-medium text-warning">
        Stale: version {version} was built on what has changed since
        {path.length > 2 &&
          `, over ${path.length - 2} ${path.length === 3 ? 'document' : 'documents'} between`}
        .
      </p>
      <ul className="grid gap-0.5">
        {moved.slice(0, SHOWN).map((input) => (
          <li key={`${input.documentId}@${input.version}`}>
            <MovedInput input={input} />
          </li>
        ))}
        {moved.length > SHOWN && <li>and {moved.length - SHOWN} more</li>}
      </ul>
      {inputs.length > 0 && (
        <div>
          <Button
            size="small"
            disabled={accept.isPending}
            onClick={() => accept.mutate({ documentId, version, inputs })}
          >
            It is fine as it is
          </Button>
        </div>
      )}
      {accept.error !== null && <Failure error={accept.error} />}
    </section>
  );
}

function MovedInput({ input }: { input: StaleDocument['moved'][number] }) {
  const { documentId, version, headVersion, deleted } = input;
  const trpc = useTRPC();
  const { data } = useQuery(
    trpc.documents.get.queryOptions(
      { documentId, version, withText: false, includeDeleted: true },
      { enabled: headVersion !== null },
    ),
  );
  return (
    <>
      <DocumentLink document={{ documentId, version, kind: data?.kind ?? null, key: data?.key ?? null }} />{' '}
      {headVersion !== null && (
        <>
          {deleted ? 'was deleted by' : 'is now at'} version {headVersion}
        </>
      )}
    </>
  );
}
