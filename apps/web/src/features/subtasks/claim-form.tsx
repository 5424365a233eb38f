import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { useTyped } from '../../lib/use-typed.ts';
import { formatDocument } from '../../lib/words/format.ts';
import { Button } from '../../ui/button.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { Input } from '../../ui/input.tsx';
import { Failure } from '../../ui/states.tsx';
import type { Scope } from './use-subtasks.ts';

/** Takes the next document that is ready, as agents do. */
export function ClaimForm({ scope }: { scope: Scope }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  // Who claims once claims again: the name stays.
  const holder = useTyped('holder');
  const claim = useMutation(
    trpc.documents.claim.mutationOptions({
      onSuccess: () => void queryClient.invalidateQueries(trpc.documents.pathFilter()),
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    claim.mutate({ ...scope, holder: holder.text });
  };
  const claimed = claim.data?.claimed;
  return (
    <form onSubmit={submit} className="flex flex-wrap items-center gap-2 sm:ml-auto">
      <span role="status" className="text-xs text-muted-foreground">
        {claimed === null && 'Nothing is ready'}
        {claimed && (
          <>
            <Visible text={claimed.holder} /> holds <Visible text={formatDocument(claimed)} />
          </>
        )}
      </span>
      <Input
        aria-label="Who is going to work on it"
        placeholder="your name"
        required
        maxLength={200}
        className="w-36"
        value={holder.text}
        onChange={({ target }) => holder.change(target.value)}
      />
      <Button type="submit" disabled={claim.isPending}>
        Claim the next
      </Button>
      {claim.error !== null && <Failure error={claim.error} />}
    </form>
  );
}
