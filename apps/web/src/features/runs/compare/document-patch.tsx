import type { VersionRef } from '@stepledger/client';
import { useQuery } from '@tanstack/react-query';
import { createTwoFilesPatch } from 'diff';
import { useMemo } from 'react';
import { useTRPC } from '../../../lib/ledger.tsx';
import { PatchView } from '../../../ui/patch-view.tsx';
import { Failure, Loading } from '../../../ui/states.tsx';

/** How long the page may stand still for it. */
const TIMEOUT_MS = 500;

/** What differs between the texts of two documents, or all of the one that is there; loads them when it is opened. */
export function DocumentPatch({ from, to }: { from: VersionRef | null; to: VersionRef | null }) {
  const before = useText(from);
  const after = useText(to);
  const error = before.error ?? after.error;
  const patch = useMemo(() => {
    if (before.text === undefined || after.text === undefined) return undefined;
    return createTwoFilesPatch('first', 'second', before.text, after.text, undefined, undefined, {
      timeout: TIMEOUT_MS,
    });
  }, [before.text, after.text]);
  if (error !== null) return <Failure error={error} />;
  if (before.text === undefined || after.text === undefined) return <Loading label="Loading the texts" />;
  if (patch === undefined) return <p>These texts are too different to be compared line by line.</p>;
  return (
    <div className="h-72 rounded-md border">
      <PatchView patch={patch} label="What differs in the text" />
    </div>
  );
}

function useText(ref: VersionRef | null): { text: string | undefined; error: unknown } {
  const trpc = useTRPC();
  const { data, error } = useQuery(
    trpc.documents.get.queryOptions(
      { documentId: ref?.documentId ?? '', version: ref?.version ?? 1, includeDeleted: true },
      { enabled: ref !== null, gcTime: 30_000 },
    ),
  );
  return { text: ref === null ? '' : data && (data.text ?? ''), error };
}
