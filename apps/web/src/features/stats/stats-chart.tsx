import type { ExchangeNumbers } from '@stepledger/client';
import { cn } from '../../ui/cn.ts';
import { Visible } from '../../ui/exact-text.tsx';
import type { ShownMeasure } from './measures.ts';

export interface ChartGroup {
  key: string;
  label: string;
  /** Null where nothing happened. */
  numbers: ExchangeNumbers | null;
}

export interface StatsChartProps {
  label: string;
  measure: ShownMeasure;
  groups: readonly ChartGroup[];
}

/** A bar for each group. The table below says the same in numbers, so this is one picture to who cannot see it. */
export function StatsChart({ label, measure, groups }: StatsChartProps) {
  const { kind, series, format } = measure;
  const valuesOf = ({ numbers }: ChartGroup) =>
    series.map(({ toValue }) => (numbers === null ? 0 : toValue(numbers)));
  const largest = Math.max(1, ...groups.map((group) => reachOf(valuesOf(group), kind)));
  return (
    <figure className="grid gap-2">
      <figcaption className="flex flex-wrap gap-x-4 text-xs text-muted-foreground">
        <span className="font-medium text-foreground">{label}</span>
        {series.map((each) => (
          <span key={each.label} className="inline-flex items-center gap-1.5">
            <span aria-hidden className={cn('size-2.5 rounded-sm forced-color-adjust-none', each.color)} />
            {each.label}
          </span>
        ))}
      </figcaption>
      <div role="img" aria-label={`${label}, as in the table`} className="grid gap-1">
        {groups.map((group) => {
          const values = valuesOf(group);
          return (
            <div
              key={group.key}
              className="grid grid-cols-[minmax(4rem,10rem)_1fr_auto] items-center gap-2 text-xs"
            >
              <span className="truncate text-muted-foreground">
                <Visible text={group.label} />
              </span>
              <span className={kind === 'stacked' ? 'flex' : 'grid gap-px'}>
                {series.map((each, index) => (
                  <span
                    key={each.label}
                    className={cn(
                      'block rounded-xs forced-color-adjust-none',
                      each.color,
                      kind === 'stacked' ? 'h-3' : 'h-1.5',
                    )}
                    style={{ width: `${((values[index] ?? 0) / largest) * 100}%` }}
                  />
                ))}
              </span>
              <span className="min-w-16 text-right tabular-nums">
                {group.numbers !== null && format(reachOf(values, kind))}
              </span>
            </div>
          );
        })}
      </div>
    </figure>
  );
}

function reachOf(values: readonly number[], kind: ShownMeasure['kind']): number {
  return kind === 'stacked' ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values);
}
