import type { Blob as StoredBlob } from '@stepledger/client';
import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useMemo } from 'react';
import { useLedger } from '../../lib/ledger/ledger.tsx';
import { formatNumber } from '../../lib/words/format.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Large } from '../../ui/large.tsx';
import { Loaded } from '../../ui/states.tsx';
import { TextView } from '../../ui/text-view.tsx';
import { BytesView } from './bytes-view.tsx';
import { saveAsFile, toStoredText } from './stored-bytes.ts';

export interface StoredBodyProps {
  blob: StoredBlob;
  label: string;
  form: 'exact' | 'bytes';
}

/** A stored body exactly: its size, its hash, and all that is in it. */
export function StoredBody(props: StoredBodyProps) {
  const { blob } = props;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Facts
        className="border-b px-3 py-1.5 text-xs"
        facts={{
          bytes: formatNumber(blob.size),
          encoding: blob.encoding,
          'SHA-256': <code className="break-all">{blob.id.split('.')[0]}</code>,
        }}
      />
      <div className="min-h-0 grow">
        <Large key={blob.id} bytes={blob.size}>
          {() => <LoadedBody {...props} />}
        </Large>
      </div>
    </div>
  );
}

function LoadedBody({ blob, label, form }: StoredBodyProps) {
  const { ledger } = useLedger();
  const query = useQuery({
    queryKey: ['blob', blob.id],
    queryFn: ({ signal }) => ledger.blobs.get(blob.id, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30_000,
  });
  return (
    <Loaded query={query}>{(bytes) => <Body bytes={bytes} blob={blob} label={label} form={form} />}</Loaded>
  );
}

function Body({ bytes, blob, label, form }: StoredBodyProps & { bytes: Uint8Array }) {
  const text = useMemo(() => toStoredText(bytes, blob.encoding), [bytes, blob.encoding]);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex items-center gap-2 border-b px-3 py-1.5">
        <Button size="small" onClick={() => saveAsFile(bytes, blob.id)}>
          <Download aria-hidden />
          Save as a file
        </Button>
        {text !== null && <CopyButton text={text} />}
        {text === null && form === 'exact' && <span>These bytes are no text.</span>}
      </div>
      <div className="min-h-0 grow">
        {form === 'bytes' || text === null ? (
          <BytesView label={`${label}, bytes`} bytes={bytes} />
        ) : (
          <TextView label={label} text={text} />
        )}
      </div>
    </div>
  );
}
