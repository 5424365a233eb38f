import type { ComparedStep, Work } from '@stepledger/client';
import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../../../lib/ledger/ledger.tsx';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatStep,
} from '../../../lib/words/format.ts';
import { StatusBadge } from '../../../ui/badge.tsx';
import { cn } from '../../../ui/cn.ts';
import { Visible } from '../../../ui/exact-text.tsx';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { tokensOf } from '../tokens-of.ts';

const FACTS: readonly {
  label: string;
  toValue: (work: Work) => number;
  format: (value: number) => string;
}[] = [
  { label: 'Exchanges', toValue: (work) => work.exchanges, format: formatNumber },
  { label: 'Failed exchanges', toValue: (work) => work.failedExchanges, format: formatNumber },
  { label: 'Failed parses', toValue: (work) => work.failedParses, format: formatNumber },
  { label: 'Documents', toValue: (work) => work.documents, format: formatNumber },
  { label: 'Document texts', toValue: (work) => work.documentBytes, format: formatBytes },
  { label: 'Tokens', toValue: tokensOf, format: formatNumber },
  { label: 'Time of exchanges', toValue: (work) => work.exchangeMs, format: formatDuration },
];

const CELL = 'border-b px-3 py-1.5 text-left';

/** What was done in each run, in numbers, then step by step. */
export function WorkTable({ runIds }: { runIds: string[] }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.runs.compare.queryOptions({ runIds }));
  return (
    <section aria-labelledby="work">
      <h2 id="work" className="px-3 py-2 font-medium">
        Side by side
      </h2>
      <Loaded query={query}>
        {({ runs, steps, cut }) => (
          <ScrollRegion aria-label="What was done in each run" className="h-auto">
            <table className="w-full border-t">
              <thead>
                <tr>
                  <td className={CELL} />
                  {runs.map(({ id, key }) => (
                    <th key={id} scope="col" className={cn(CELL, 'max-w-60 truncate font-medium')}>
                      <Visible text={key} />
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {FACTS.map(({ label, toValue, format }) => {
                  const values = runs.map(({ total }) => toValue(total));
                  const differs = new Set(values).size > 1;
                  return (
                    <tr key={label} className={differs ? 'bg-warning-surface' : undefined}>
                      <th scope="row" className={cn(CELL, 'font-normal text-muted-foreground')}>
                        {label}
                      </th>
                      {runs.map(({ id, total, own, origin }) => (
                        <td key={id} className={cn(CELL, 'tabular-nums')}>
                          {format(toValue(total))}
                          {origin !== null && (
                            <span className="ml-2 text-xs text-muted-foreground">
                              {format(toValue(own))} since the fork
                            </span>
                          )}
                        </td>
                      ))}
                    </tr>
                  );
                })}
                {steps.map((step) => (
                  <tr key={JSON.stringify([step.name, step.key])}>
                    <th scope="row" className={cn(CELL, 'font-normal')}>
                      <Visible text={formatStep(step)} />
                    </th>
                    {step.runs.map((side, index) => (
                      <td key={runs[index]?.id} className={CELL}>
                        <StepSide step={side} />
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
            {cut && <p className="p-3 text-muted-foreground">There are more steps than these.</p>}
          </ScrollRegion>
        )}
      </Loaded>
    </section>
  );
}

function StepSide({ step }: { step: ComparedStep | null }) {
  if (step === null) return <span className="text-muted-foreground">not there</span>;
  const facts = [
    formatCount(step.exchanges, 'exchange'),
    formatCount(step.documents, 'document'),
    formatCount(tokensOf(step), 'token'),
    ...(step.durationMs === null ? [] : [formatDuration(step.durationMs)]),
    ...(step.inherited ? ['came with the fork'] : []),
  ];
  return (
    <span className="flex flex-wrap items-center gap-2">
      <StatusBadge status={step.status} />
      <span className="text-xs text-muted-foreground">{facts.join(' · ')}</span>
    </span>
  );
}
