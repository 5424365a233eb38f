import type { ExchangeStats } from '@stepledger/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { lazyPart } from '../../lib/lazy-part.ts';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { formatDuration, formatNumber, formatTime } from '../../lib/words/format.ts';
import { Visible } from '../../ui/exact-text.tsx';
import { Part } from '../../ui/part.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { formatUnparsed, MEASURES } from './measures.ts';
import type { ChartGroup } from './stats-chart.tsx';
import { BY, StatsFilters } from './stats-filters.tsx';
import { StatsTable } from './stats-table.tsx';

const route = getRouteApi('/stats');
const StatsChart = lazyPart(async () => (await import('./stats-chart.tsx')).StatsChart);

const DAY_MS = 86_400_000;

type Group = ExchangeStats['groups'][number];

/** How the project's exchanges went, in numbers. */
export function StatsPage() {
  const trpc = useTRPC();
  const { by = 'day', days = 30, measure = 'tokens', workflow } = route.useSearch();
  // The beginning of a day, so that the question is the same until midnight.
  const firstDay = (Math.floor(Date.now() / DAY_MS) - days + 1) * DAY_MS;
  const query = useQuery(
    trpc.stats.exchanges.queryOptions(
      { by, from: new Date(firstDay).toISOString(), workflow },
      { placeholderData: keepPreviousData },
    ),
  );
  return (
    <>
      <title>Stats · Stepledger</title>
      <div className="flex flex-wrap items-center gap-3 border-b p-3">
        <h1 className="text-base font-semibold">Stats</h1>
        <StatsFilters />
      </div>
      <Loaded query={query}>
        {(stats) =>
          stats.total.exchanges === 0 ? (
            <Empty title="No exchanges in this time">A longer time may hold some.</Empty>
          ) : (
            <div className="grid grid-cols-[minmax(0,1fr)] gap-5 p-4" aria-busy={query.isPlaceholderData}>
              {stats.cutAt !== null && (
                <p className="rounded-md bg-warning-surface p-2 text-warning">
                  There were too many to look at: only those since {formatTime(stats.cutAt)} are counted.
                </p>
              )}
              <Totals total={stats.total} />
              <Part>
                <StatsChart
                  label={`${MEASURES[measure].label} by ${BY[by].toLowerCase()}`}
                  measure={MEASURES[measure]}
                  groups={by === 'day' ? toDays(stats) : stats.groups.map(toChartGroup)}
                />
              </Part>
              <StatsTable
                by={BY[by]}
                stats={stats}
                keyOf={keyOf}
                nameOf={by === 'prompt' ? linkOf : nameOf}
              />
            </div>
          )
        }
      </Loaded>
    </>
  );
}

function Totals({ total }: { total: ExchangeStats['total'] }) {
  const { totalMs } = total;
  return (
    <dl className="grid grid-cols-2 gap-3 lg:grid-cols-5">
      <Fact name="Exchanges" note={`${formatNumber(total.failed)} failed`}>
        {formatNumber(total.exchanges)}
      </Fact>
      <Fact
        name="Tokens in"
        note={total.withoutUsage > 0 ? `${formatNumber(total.withoutUsage)} without usage` : null}
      >
        {formatNumber(total.inputTokens)}
      </Fact>
      <Fact name="Tokens out" note={null}>
        {formatNumber(total.outputTokens)}
      </Fact>
      <Fact name="Latency p50" note={totalMs && `p95 ${formatDuration(totalMs.p95)}`}>
        {totalMs ? formatDuration(totalMs.p50) : '–'}
      </Fact>
      <Fact
        name="Parse failures"
        note={`of ${formatNumber(total.parsed + total.parseFailed)} given to a parser`}
      >
        {formatUnparsed(total) ?? '–'}
      </Fact>
    </dl>
  );
}

function Fact({ name, note, children }: { name: string; note: string | null; children: ReactNode }) {
  return (
    <div className="rounded-md border bg-surface p-3">
      <dt className="text-xs text-muted-foreground">{name}</dt>
      <dd>
        <span className="block text-xl font-semibold tabular-nums">{children}</span>
        {note !== null && <span className="text-xs text-muted-foreground">{note}</span>}
      </dd>
    </div>
  );
}

function keyOf({ name, version }: Group): string {
  return JSON.stringify([name, version]);
}

function toText({ name, version }: Group): string {
  return `${name ?? 'none'}${version === null ? '' : ` v${version}`}`;
}

function nameOf(group: Group): ReactNode {
  return <Visible text={toText(group)} />;
}

function linkOf(group: Group): ReactNode {
  const { name, version } = group;
  if (name === null || version === null) return nameOf(group);
  return (
    <Link to="/prompts/$name" params={{ name }} search={{ version }} className="text-primary hover:underline">
      {nameOf(group)}
    </Link>
  );
}

function toChartGroup(group: Group): ChartGroup {
  return { key: keyOf(group), label: toText(group), numbers: group };
}

/** Every day from the first to the last that has exchanges, so that a quiet day is seen. */
function toDays({ groups }: ExchangeStats): ChartGroup[] {
  const byDay = new Map(groups.map((group) => [group.name, group]));
  const [first, last] = [groups[0]?.name, groups.at(-1)?.name];
  if (!first || !last) return groups.map(toChartGroup);
  const days: ChartGroup[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    days.push({ key: day, label: day, numbers: byDay.get(day) ?? null });
  }
  return days;
}
