import type { ApiKey } from '@stepledger/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { toVisible } from '../../lib/words/visible.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { Failure } from '../../ui/states.tsx';

/** Ends a key for good, after asking. */
export function RevokeButton({ apiKey: { id, name } }: { apiKey: ApiKey }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const revoke = useMutation(
    trpc.apiKeys.revoke.mutationOptions({
      onSuccess: () => {
        setOpen(false);
        void queryClient.invalidateQueries(trpc.apiKeys.pathFilter());
      },
    }),
  );
  return (
    <>
      <Button
        variant="danger"
        size="small"
        aria-label={`Revoke ${toVisible(name)}`}
        onClick={() => setOpen(true)}
      >
        Revoke
      </Button>
      <Dialog
        title="Revoke this key?"
        description="Who uses it is refused from then on. It cannot be taken back."
        open={open}
        onOpenChange={setOpen}
      >
        <p className="break-words">
          <Visible text={name} />
        </p>
        {revoke.error !== null && <Failure error={revoke.error} />}
        <div className="flex gap-2">
          <Button variant="danger" disabled={revoke.isPending} onClick={() => revoke.mutate({ id })}>
            Revoke for good
          </Button>
          <Button onClick={() => setOpen(false)}>Keep it</Button>
        </div>
      </Dialog>
    </>
  );
}
