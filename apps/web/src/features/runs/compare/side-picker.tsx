import type { Run } from '@stepledger/client';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type FormEvent, useId, useState } from 'react';
import { useTRPC } from '../../../lib/ledger/ledger.tsx';
import { StatusBadge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { Input } from '../../../ui/input.tsx';

const route = getRouteApi('/compare');

const FIELDS = {
  from: { label: 'First run', at: 'fromAt' },
  to: { label: 'Second run', at: 'toAt' },
} as const;

/** Chooses one side by the key of a run and, where it is not the newest, a revision of it. */
export function SidePicker({ side, run }: { side: 'from' | 'to'; run: Run | undefined }) {
  const trpc = useTRPC();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useId();
  const { label, at } = FIELDS[side];
  const key = search[side];
  const revision = search[at];
  const [typed, setTyped] = useState<{ key: string; at: string } | null>(null);
  const shown = typed ?? { key: key ?? '', at: revision === undefined ? '' : String(revision) };
  const { data } = useQuery(trpc.runs.list.queryOptions({ limit: 100 }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const number = Number.parseInt(shown.at, 10);
    void navigate({
      search: (before) => ({
        ...before,
        [side]: shown.key || undefined,
        [at]: Number.isNaN(number) ? undefined : number,
      }),
    });
    setTyped(null);
  };
  return (
    <form
      onSubmit={submit}
      className="grid grid-cols-[minmax(0,1fr)_8rem_auto] items-end gap-2"
      aria-label={label}
    >
      <label className="grid min-w-0 gap-1 text-xs text-muted-foreground">
        {label}
        <Input
          required
          list={list}
          maxLength={200}
          className="text-sm text-foreground"
          value={shown.key}
          onChange={({ target }) => setTyped({ ...shown, key: target.value })}
        />
        <datalist id={list}>
          {(data?.items ?? []).map(({ id, key: known }) => (
            <option key={id} value={known} />
          ))}
        </datalist>
      </label>
      <label className="grid gap-1 text-xs text-muted-foreground">
        At revision
        <Input
          type="number"
          min={1}
          max={run?.revision}
          placeholder={run === undefined ? 'newest' : `${run.revision} (newest)`}
          className="w-full text-sm text-foreground"
          value={shown.at}
          onChange={({ target }) => setTyped({ ...shown, at: target.value })}
        />
      </label>
      <Button type="submit">Show</Button>
      {run !== undefined && (
        <span className="col-span-full flex items-center gap-2">
          <StatusBadge status={run.status} />
          <Link
            to="/runs/$run"
            params={{ run: run.key }}
            search={revision === undefined ? {} : { at: revision }}
            className="text-primary hover:underline"
          >
            Open<span className="sr-only"> {label.toLowerCase()}</span>
          </Link>
        </span>
      )}
    </form>
  );
}
