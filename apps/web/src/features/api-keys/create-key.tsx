import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTRPC } from '../../lib/ledger.tsx';
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
  const [name, setName] = useState('');
  const [access, setAccess] = useState<(typeof ACCESS)[number]>('write');
  const [lastDay, setLastDay] = useState('');
  const create = useMutation(
    trpc.apiKeys.create.mutationOptions({
      gcTime: 0,
      onSuccess: () => {
        setName('');
        void queryClient.invalidateQueries(trpc.apiKeys.pathFilter());
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const expiresAt = lastDay === '' ? undefined : new Date(`${lastDay}T23:59:59.999Z`).toISOString();
    create.mutate({ name, access, expiresAt });
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
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        </label>
        <label className="grid gap-1">
          Access
          <Select
            value={access}
            onChange={({ target }) => setAccess(ACCESS.find((known) => known === target.value) ?? 'read')}
          >
            {ACCESS.map((known) => (
              <option key={known}>{known}</option>
            ))}
          </Select>
        </label>
        <label className="grid gap-1">
          Last day (UTC), if any
          <Input type="date" value={lastDay} onChange={({ target }) => setLastDay(target.value)} />
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
