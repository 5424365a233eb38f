import type { ExchangeNumbers, ExchangeStats } from '@stepledger/client';
import type { ReactNode } from 'react';
import { formatDuration, formatNumber } from '../../lib/words/format.ts';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { formatUnparsed } from './measures.ts';

const COLUMNS: readonly { header: string; show: (numbers: ExchangeNumbers) => string | null }[] = [
  { header: 'Exchanges', show: ({ exchanges }) => formatNumber(exchanges) },
  { header: 'Failed', show: ({ failed }) => formatNumber(failed) },
  { header: 'Input tokens', show: ({ inputTokens }) => formatNumber(inputTokens) },
  { header: 'Output tokens', show: ({ outputTokens }) => formatNumber(outputTokens) },
  { header: 'Latency p50', show: ({ totalMs }) => totalMs && formatDuration(totalMs.p50) },
  { header: 'Latency p95', show: ({ totalMs }) => totalMs && formatDuration(totalMs.p95) },
  { header: 'First byte p50', show: ({ firstByteMs }) => firstByteMs && formatDuration(firstByteMs.p50) },
  { header: 'First byte p95', show: ({ firstByteMs }) => firstByteMs && formatDuration(firstByteMs.p95) },
  { header: 'Parsed', show: ({ parsed }) => formatNumber(parsed) },
  { header: 'Not parsed', show: ({ parseFailed }) => formatNumber(parseFailed) },
  { header: 'Parse failures', show: formatUnparsed },
  { header: 'Failed parses', show: ({ failedParses }) => formatNumber(failedParses) },
];

export interface StatsTableProps {
  /** What a row is: `Step`, `Day`. */
  by: string;
  stats: ExchangeStats;
  keyOf: (group: ExchangeStats['groups'][number]) => string;
  nameOf: (group: ExchangeStats['groups'][number]) => ReactNode;
}

/** The numbers of each group, of all that are not shown, and of all together. */
export function StatsTable({ by, stats: { groups, others, total }, keyOf, nameOf }: StatsTableProps) {
  return (
    <ScrollRegion aria-label={`Numbers by ${by.toLowerCase()}`} className="h-auto rounded-md border">
      <table className="w-full text-right tabular-nums">
        <thead className="bg-surface text-xs text-muted-foreground">
          <tr>
            <th scope="col" className="px-3 py-2 text-left font-medium">
              {by}
            </th>
            {COLUMNS.map(({ header }) => (
              <th key={header} scope="col" className="px-3 py-2 font-medium whitespace-nowrap">
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <NumbersRow key={keyOf(group)} name={nameOf(group)} numbers={group} />
          ))}
          {others && <NumbersRow name={`${formatNumber(others.groups)} others`} numbers={others} />}
        </tbody>
        <tfoot className="font-medium">
          <NumbersRow name="All" numbers={total} />
        </tfoot>
      </table>
    </ScrollRegion>
  );
}

function NumbersRow({ name, numbers }: { name: ReactNode; numbers: ExchangeNumbers }) {
  return (
    <tr className="border-t">
      <th scope="row" className="max-w-64 truncate px-3 py-1.5 text-left font-medium">
        {name}
      </th>
      {COLUMNS.map(({ header, show }) => (
        <td key={header} className="px-3 py-1.5 whitespace-nowrap">
          {show(numbers) ?? '–'}
        </td>
      ))}
    </tr>
  );
}
