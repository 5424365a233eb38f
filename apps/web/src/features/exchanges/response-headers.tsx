import type { ResponseHeader } from '@stepledger/client';
import { useState } from 'react';
import { formatNumber } from '../../lib/words/format.ts';
import { ExactText } from '../../ui/exact-text.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';

/** So many headers take less room than what stands around them. */
const SHOWN_AT_ONCE = 5;

/** The headers of a response in their order; more than a few are shown when they are asked for. */
export function ResponseHeaders({ label, headers }: { label: string; headers: readonly ResponseHeader[] }) {
  const [open, setOpen] = useState(headers.length <= SHOWN_AT_ONCE);
  return (
    <details
      open={open}
      className="rounded border"
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary className="cursor-pointer px-3 py-1.5">
        {label} <span className="text-muted-foreground">{formatNumber(headers.length)}</span>
      </summary>
      {open && <HeaderTable label={label} headers={headers} />}
    </details>
  );
}

function HeaderTable({ label, headers }: { label: string; headers: readonly ResponseHeader[] }) {
  return (
    <ScrollRegion aria-label={label} className="h-auto max-h-96 border-t">
      <table className="w-full text-left text-xs">
        <thead className="bg-surface text-muted-foreground">
          <tr>
            {['Name', 'Value'].map((header) => (
              <th key={header} scope="col" className="px-3 py-1.5 font-medium">
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {headers.map(({ name, value }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: an immutable list, of which two items may be the same.
            <tr key={index} className="border-t align-top">
              <th scope="row" className="px-3 py-1 font-mono font-normal wrap-anywhere">
                {name}
              </th>
              <td className="w-2/3 px-3 py-1 md:w-3/4">
                <ExactText text={value} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
