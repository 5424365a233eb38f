import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { useTyped } from '../../lib/use-typed.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ExactText, Visible } from '../../ui/exact-text.tsx';
import { Input, Select } from '../../ui/input.tsx';
import { Failure } from '../../ui/states.tsx';

const ACCESS = ['read', 'write', 'admin'] as const;

/** Makes a key and shows it once; it is in no cache and no URL, and gone with the page. */
export function CreateKey() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const name = useTyped('key name');
  const access = useTyped('key access', 'write');
  const lastDay = useTyped('key last day');
  const create = useMutation(
    trpc.apiKeys.create.mutationOptions({
      gcTime: 0,
      onMutate: () => ({ name: name.text, access: access.text, lastDay: lastDay.text }),
      onSuccess: (_key, _input, sent) => {
        name.done(sent.name);
        access.done(sent.access);
        lastDay.done(sent.lastDay);
        void queryClient.invalidateQueries(trpc.apiKeys.pathFilter());
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const day = lastDay.text;
    create.mutate({
      name: name.text,
      access: ACCESS.find((known) => known === access.text) ?? 'read',
      expiresAt: day === '' ? undefined : new Date(`${day}T23:59:59.999Z`).toISOString(),
    });
  };
  return (
    <>
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <label className="grid gap-1">
          Name of a new key
          <Input
            required
            maxLength={200}
            placeholder="such as ci"
            value={name.text}
            onChange={({ target }) => name.change(target.value)}
          />
        </label>
        <label className="grid gap-1">
          Access
          <Select value={access.text} onChange={({ target }) => access.change(target.value)}>
            {ACCESS.map((known) => (
              <option key={known}>{known}</option>
            ))}
          </Select>
        </label>
        <label className="grid gap-1">
          Last day (UTC), if any
          <Input type="date" value={lastDay.text} onChange={({ target }) => lastDay.change(target.value)} />
        </label>
        <Button type="submit" variant="primary" disabled={create.isPending}>
          Make a key
        </Button>
      </form>
      {create.error !== null && <Failure error={create.error} />}
      {create.data !== undefined && (
        <div role="status" className="grid gap-2 rounded-md border border-success bg-success-surface p-3">
          <p>
            The key <Visible text={create.data.name} />. It is shown only now: copy it.
          </p>
          <ExactText text={create.data.key} className="break-all" />
          <div className="flex flex-wrap items-center gap-2">
            <CopyButton text={create.data.key} label="Copy the key" />
            <Button size="small" onClick={() => create.reset()}>
              Done
            </Button>
          </div>
        </div>
      )}
    </>
  );
}
