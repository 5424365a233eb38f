import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '../../lib/ledger.tsx';

export interface VersionInput {
  documentId: string;
  version: number;
}

/** One version with its text. It never changes, so it is read once; of those no longer looked at none stays long. */
export function useVersionText({ documentId, version }: VersionInput, { enabled = true } = {}) {
  const trpc = useTRPC();
  return useQuery(
    trpc.documents.get.queryOptions(
      { documentId, version, includeDeleted: true },
      { enabled, gcTime: 30_000, staleTime: Number.POSITIVE_INFINITY },
    ),
  );
}

/** The writes of the page; each renews what the page shows of documents and lineage. */
export function useDocumentWrites(onSaved: (version: number) => void) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const renew = async () => {
    await Promise.all(
      [trpc.documents, trpc.links].map((feature) => queryClient.invalidateQueries(feature.pathFilter())),
    );
  };
  const options = {
    onSuccess: async ({ version }: { version: number }) => {
      onSaved(version);
      await renew();
    },
    // What was refused may have moved.
    onError: renew,
  };
  return {
    update: useMutation(trpc.documents.update.mutationOptions(options)),
    remove: useMutation(trpc.documents.delete.mutationOptions(options)),
    undelete: useMutation(trpc.documents.undelete.mutationOptions(options)),
    restore: useMutation(trpc.documents.restore.mutationOptions(options)),
  };
}

export type DocumentWrites = ReturnType<typeof useDocumentWrites>;
