import type { Stepledger } from '@stepledger/client';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useLedger } from '../../lib/ledger/ledger.tsx';
import { formatNumber } from '../../lib/words/format.ts';
import { Button } from '../../ui/button.tsx';
import { Failure } from '../../ui/states.tsx';
import { RebuildSearch } from './rebuild-search.tsx';

type Fault = Awaited<ReturnType<Stepledger['search']['verify']>>['items'][number];

interface Progress {
  checked: number;
  pending: number;
  /** All of them; of many the first are shown. */
  faults: number;
  shown: readonly Fault[];
}

const NOTHING: Progress = { checked: 0, pending: 0, faults: 0, shown: [] };
const MAX_SHOWN = 100;
const PAGE = 500;

/** Compares the search index with what is stored, page by page, until all was looked at or it is stopped. */
export function VerifySearch() {
  const { ledger } = useLedger();
  const [progress, setProgress] = useState(NOTHING);
  const stop = useRef<AbortController>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const verify = useMutation({
    mutationFn: async () => {
      const stopped = new AbortController();
      stop.current = stopped;
      const { signal } = stopped;
      let so = NOTHING;
      let cursor: string | undefined;
      do {
        const page = await ledger.search.verify({ cursor, limit: PAGE }, { signal });
        so = {
          checked: so.checked + page.checked,
          pending: page.pending,
          faults: so.faults + page.items.length,
          shown: [...so.shown, ...page.items].slice(0, MAX_SHOWN),
        };
        setProgress(so);
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined && !signal.aborted);
      return signal.aborted ? 'stopped' : 'done';
    },
  });
  const isStopped = stop.current?.signal.aborted === true;
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        {verify.isPending ? (
          <Button onClick={() => stop.current?.abort()}>Stop</Button>
        ) : (
          <Button
            onClick={() => {
              setProgress(NOTHING);
              verify.mutate();
            }}
          >
            Verify the search index
          </Button>
        )}
        <span role="status" className="text-muted-foreground">
          {verify.isPending && `${formatNumber(progress.checked)} comparisons…`}
          {verify.data === 'done' && toWords(progress)}
        </span>
      </div>
      {verify.error !== null && !isStopped && <Failure error={verify.error} />}
      {verify.data === 'done' && progress.faults > 0 && <RebuildSearch />}
      {progress.shown.length > 0 && (
        <ul className="grid gap-1 text-xs text-danger">
          {progress.shown.map(({ fault, type, id, version }) => (
            <li key={`${fault} ${type} ${id} ${version}`}>
              {fault}: {type} <code>{id}</code>
              {version !== null && ` ${version}`}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function toWords({ checked, pending, faults }: Progress): string {
  const found = faults === 0 ? 'No fault was found' : `${formatNumber(faults)} faults were found`;
  const waiting = pending > 0 ? `; ${formatNumber(pending)} commits wait to be indexed` : '';
  return `${found} in ${formatNumber(checked)} comparisons${waiting}`;
}
