import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { isUnchanging, unchanging } from '../../lib/ledger/unchanging.ts';
import type { DraftInHand } from './editing/use-draft.ts';

export interface VersionInput {
  documentId: string;
  version: number;
}

/** One version with its text. It never changes, so it is read once; of those no longer looked at none stays long. */
export function useVersionText({ documentId, version }: VersionInput, { enabled = true } = {}) {
  const trpc = useTRPC();
  return useQuery(
    unchanging(trpc.documents.get.queryOptions({ documentId, version, includeDeleted: true }, { enabled })),
  );
}

/** The writes of the page; each renews what the page shows of documents and lineage. */
export function useDocumentWrites({ beginSave, endSave }: DraftInHand) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const renew = () => {
    for (const feature of [trpc.documents, trpc.links]) {
      void queryClient.invalidateQueries(feature.pathFilter({ predicate: (query) => !isUnchanging(query) }));
    }
  };
  // Also after a refusal: something has moved.
  const options = { onSettled: renew };
  return {
    update: useMutation(
      trpc.documents.update.mutationOptions({
        ...options,
        onMutate: beginSave,
        // Even if its page is gone meanwhile.
        onSuccess: (_document, _input, saved) => endSave(saved),
      }),
    ),
    remove: useMutation(trpc.documents.delete.mutationOptions(options)),
    undelete: useMutation(trpc.documents.undelete.mutationOptions(options)),
    restore: useMutation(trpc.documents.restore.mutationOptions(options)),
  };
}

export type DocumentWrites = ReturnType<typeof useDocumentWrites>;
