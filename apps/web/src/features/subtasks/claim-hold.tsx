import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { formatDuration } from '../../lib/words/format.ts';
import { useNow } from '../../lib/words/use-now.ts';
import { Button } from '../../ui/button.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { Failure } from '../../ui/states.tsx';
import type { Hold } from './use-subtasks.ts';

/** Who holds a document and how long they may still be silent; the claim can be renewed and given back. */
export function ClaimHold({ hold: { claim: held, readAt } }: { hold: Hold }) {
  const { documentId, claim, holder, leaseRemainingMs } = held;
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const now = useNow();
  const onSuccess = () => void queryClient.invalidateQueries(trpc.documents.pathFilter());
  const renew = useMutation(trpc.documents.renew.mutationOptions({ onSuccess }));
  const release = useMutation(trpc.documents.release.mutationOptions({ onSuccess }));
  const leftMs = leaseRemainingMs - Math.max(0, now - readAt);
  const error = renew.error ?? release.error;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1.5 text-xs">
      <p className="wrap-anywhere text-muted-foreground">
        Held by <Visible text={holder} />
        {leftMs > 0 ? `, for ${formatDuration(leftMs)}` : ', but the lease has run out'}
      </p>
      <div className="flex gap-1.5">
        <Button size="small" disabled={renew.isPending} onClick={() => renew.mutate({ documentId, claim })}>
          Renew
        </Button>
        <Button
          size="small"
          disabled={release.isPending}
          onClick={() => release.mutate({ documentId, claim })}
        >
          Release
        </Button>
      </div>
      {error !== null && <Failure error={error} />}
    </div>
  );
}
