import type { Run } from '@stepledger/client';
import { useState } from 'react';
import { useLiveEntries } from '../../../lib/live/live.tsx';
import { useNow } from '../../../lib/words/use-now.ts';

/** A run counts as being worked on this long after its last entry. */
const ACTIVE_MS = 30_000;

/** Shows that something happened in a run just now. */
export function LiveDot({ run }: { run: Pick<Run, 'id' | 'status' | 'updatedAt'> }) {
  // By the clock of this browser, which need not agree with that of the server.
  const [changedMs, setChangedMs] = useState(() => Date.parse(run.updatedAt));
  const now = useNow();
  useLiveEntries(({ runId }) => {
    if (runId === run.id) setChangedMs(Date.now());
  });
  if (run.status !== 'running' || now - changedMs > ACTIVE_MS) return null;
  return (
    <span
      role="img"
      aria-label="active now"
      title="Active now"
      className="inline-block size-2 shrink-0 animate-pulse rounded-full bg-success forced-color-adjust-none motion-reduce:animate-none"
    />
  );
}
