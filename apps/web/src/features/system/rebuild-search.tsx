import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useLedger } from '../../lib/ledger/ledger.tsx';
import { formatNumber } from '../../lib/words/format.ts';
import { Button } from '../../ui/button.tsx';
import { Failure } from '../../ui/states.tsx';

/** Indexes all texts of the project anew, call by call, while everybody reads and writes; ends with the page. */
export function RebuildSearch() {
  const { ledger } = useLedger();
  const [said, setSaid] = useState('');
  const stop = useRef<AbortController>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const rebuild = useMutation({
    mutationFn: async () => {
      const stopped = new AbortController();
      stop.current = stopped;
      let cursor: string | undefined;
      do {
        const input = cursor === undefined ? {} : { cursor };
        const { done, total, nextCursor } = await ledger.search.rebuild(input, { signal: stopped.signal });
        cursor = nextCursor ?? undefined;
        setSaid(`${formatNumber(done)} of about ${formatNumber(total)} texts indexed anew`);
      } while (cursor !== undefined && !stopped.signal.aborted);
      setSaid('All texts were indexed anew: verify again');
    },
  });
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button disabled={rebuild.isPending} onClick={() => rebuild.mutate()}>
        Index all texts anew
      </Button>
      <span role="status" className="text-muted-foreground">
        {said}
      </span>
      {rebuild.error !== null && <Failure error={rebuild.error} />}
    </div>
  );
}
