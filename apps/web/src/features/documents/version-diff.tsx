import type { Document } from '@stepledger/client';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { unchanging } from '../../lib/ledger/unchanging.ts';
import { formatNumber } from '../../lib/words/format.ts';
import { Button } from '../../ui/button.tsx';
import { Input } from '../../ui/input.tsx';
import { PatchOrReason } from '../../ui/patch/patch.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';

export interface VersionDiffProps {
  shown: Document;
  /** The version before; the one before `shown` when left out. */
  compare: number | undefined;
  go: (change: { version?: number; compare?: number }) => void;
}

/** What changed between any two versions. */
export function VersionDiff({ shown, compare, go }: VersionDiffProps) {
  const trpc = useTRPC();
  const to = shown.version;
  const from = compare ?? to - 1;
  const query = useQuery(
    unchanging(trpc.documents.diff.queryOptions({ documentId: shown.id, from, to }, { enabled: from >= 1 })),
  );
  return (
    <div className="flex h-full flex-col">
      <Versions from={from} to={to} newest={shown.headVersion} go={go} />
      {from < 1 ? (
        <Empty title="There is only one version" />
      ) : (
        <Loaded query={query}>
          {({ added, removed, patch }) => (
            <>
              {added !== null && removed !== null && (
                <p className="border-b px-3 py-1.5 text-xs">
                  {formatNumber(added)} {added === 1 ? 'line' : 'lines'} added, {formatNumber(removed)}{' '}
                  removed
                </p>
              )}
              <div className="min-h-0 grow">
                <PatchOrReason label={`Changes from version ${from} to ${to}`} patch={patch} />
              </div>
            </>
          )}
        </Loaded>
      )}
    </div>
  );
}

interface VersionsProps {
  from: number;
  to: number;
  newest: number;
  go: VersionDiffProps['go'];
}

function Versions({ from, to, newest, go }: VersionsProps) {
  const [typed, setTyped] = useState<{ before: string; after: string } | null>(null);
  const shown = typed ?? { before: String(Math.max(from, 1)), after: String(to) };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    go({ compare: Number(shown.before), version: Number(shown.after) });
    setTyped(null);
  };
  const field = { type: 'number', min: 1, max: newest, required: true, className: 'w-24' } as const;
  return (
    <form onSubmit={submit} className="flex flex-wrap items-center gap-3 border-b px-3 py-2">
      <label className="flex items-center gap-2">
        From version
        <Input
          {...field}
          value={shown.before}
          onChange={({ target }) => setTyped({ ...shown, before: target.value })}
        />
      </label>
      <label className="flex items-center gap-2">
        to version
        <Input
          {...field}
          value={shown.after}
          onChange={({ target }) => setTyped({ ...shown, after: target.value })}
        />
      </label>
      <Button type="submit">Compare</Button>
    </form>
  );
}
