import type { Exchange } from '@stepledger/client';
import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { formatBytes } from '../../lib/words/format.ts';
import { Button } from '../../ui/button.tsx';
import { Loaded } from '../../ui/states.tsx';
import { TextView } from '../../ui/text-view.tsx';

/** Bytes that one call answers at most. */
const WINDOW_BYTES = 1024 * 1024;

/** What has arrived so far of an exchange that is still open: its end, as far as one call carries it. */
export function ReceivedView({ exchange }: { exchange: Exchange }) {
  const trpc = useTRPC();
  const offset = Math.max((exchange.receivedBytes ?? 0) - WINDOW_BYTES / 2, 0);
  const query = useQuery(
    // Bytes that arrive are no entries, so nothing tells of them: they are asked for.
    trpc.exchanges.received.queryOptions(
      { exchangeId: exchange.id, offset },
      { refetchInterval: 1000, gcTime: 0 },
    ),
  );
  return (
    <Loaded query={query}>
      {({ bytes, size, attempt }) => (
        <div className="flex h-full flex-col">
          <div className="flex items-center gap-3 border-b px-3 py-1.5" role="status">
            Attempt {attempt}: {formatBytes(size)} so far
            {offset > 0 && `, from byte ${offset}`}
            <Button size="small" onClick={() => void query.refetch()}>
              Look again
            </Button>
          </div>
          <TextView label="Response so far" text={decode(bytes.base64)} />
        </div>
      )}
    </Loaded>
  );
}

function decode(base64: string): string {
  // For the eye: the window may begin or end within a character.
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
}
