import { useMemo, useState } from 'react';
import { formatNumber } from '../../lib/words/format.ts';
import { Button } from '../../ui/button.tsx';
import { TextView } from '../../ui/text-view.tsx';
import { toHexLines } from './hex-lines.ts';

const PART_BYTES = 64 * 1024;

/** Bytes in hexadecimal, a part at a time. */
export function BytesView({ label, bytes }: { label: string; bytes: Uint8Array }) {
  const [from, setFrom] = useState(0);
  const text = useMemo(() => toHexLines(bytes, from, from + PART_BYTES), [bytes, from]);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <TextView key={from} label={label} text={text} className="min-h-0 grow" />
      {bytes.length > PART_BYTES && (
        <div className="flex items-center gap-2 border-t p-2">
          <span className="text-muted-foreground">From byte {formatNumber(from)}</span>
          <Button size="small" disabled={from === 0} onClick={() => setFrom(from - PART_BYTES)}>
            Part before
          </Button>
          <Button
            size="small"
            disabled={from + PART_BYTES >= bytes.length}
            onClick={() => setFrom(from + PART_BYTES)}
          >
            Next part
          </Button>
        </div>
      )}
    </div>
  );
}
