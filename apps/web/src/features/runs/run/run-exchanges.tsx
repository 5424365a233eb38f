import type { ExchangeSummary } from '@stepledger/client';
import { getRouteApi, Link } from '@tanstack/react-router';
import { EXCHANGE_FILTERS } from '../../../app/search-params.ts';
import { useLedger, useTRPC } from '../../../lib/ledger/ledger.tsx';
import { pagesOf } from '../../../lib/lists/pages-of.ts';
import { useRowPages } from '../../../lib/lists/use-row-pages.ts';
import { formatBytes, formatDuration, formatNumber, formatStep } from '../../../lib/words/format.ts';
import { Ago } from '../../../ui/ago.tsx';
import { StatusBadge } from '../../../ui/badge.tsx';
import { Visible } from '../../../ui/exact-text.tsx';
import { Select } from '../../../ui/input.tsx';
import { NewMark } from './new-mark.tsx';
import { RunList } from './run-list.tsx';
import { useRunView } from './run-view.ts';

const route = getRouteApi('/runs/$run');

/** Of the past is only known that an exchange was open. */
const NOT_OF_THE_PAST: ReadonlySet<string> = new Set(['streaming', 'interrupted']);

/** What was asked of LLMs, without the messages and answers themselves. */
export function RunExchanges() {
  const trpc = useTRPC();
  const { ledger } = useLedger();
  const { run, at, asOf, step } = useRunView();
  const { status, order } = route.useSearch();
  const navigate = route.useNavigate();
  const filters = EXCHANGE_FILTERS.filter((name) => at === undefined || !NOT_OF_THE_PAST.has(name));
  const filter = filters.find((name) => name === status);
  const input = {
    runId: run.id,
    ...asOf,
    ...(step && { step: { name: step.name, key: step.key } }),
    ...(filter && { status: filter }),
    ...(order && { order }),
  };
  const query = pagesOf(trpc.exchanges.list, ledger.exchanges.list, input);
  const list = useRowPages({
    input,
    query,
    keyOf: ({ id }) => id,
  });
  return (
    <RunList
      label="Exchanges"
      list={list}
      filters={
        <label className="flex items-center gap-2">
          Status
          <Select
            value={filter ?? ''}
            onChange={({ target }) =>
              void navigate({
                search: (before) => ({ ...before, status: filters.find((name) => name === target.value) }),
              })
            }
          >
            <option value="">all</option>
            {filters.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </Select>
        </label>
      }
      empty="Each call to an LLM stands here: the prompt as sent, the response as received."
      onOpen={({ id }) =>
        void navigate({ to: '/exchanges/$exchangeId', params: { exchangeId: id }, search: {} })
      }
    >
      {(exchange) => <ExchangeRow exchange={exchange} />}
    </RunList>
  );
}

function ExchangeRow({ exchange }: { exchange: ExchangeSummary }) {
  const { id, step, prompt, usage, error, totalMs, attemptCount, receivedBytes } = exchange;
  const model = exchange.responseModel ?? exchange.model;
  const tokens = usage && (usage.totalTokens ?? (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0));
  const facts = [
    model,
    prompt && `${prompt.name} v${prompt.version}`,
    tokens && `${formatNumber(tokens)} tokens`,
    totalMs && formatDuration(totalMs),
    attemptCount > 1 && `${attemptCount} attempts`,
    receivedBytes && `${formatBytes(receivedBytes)} received`,
    `revision ${exchange.openedRevision}`,
  ].filter((fact) => typeof fact === 'string');
  return (
    <div className="flex items-center gap-3 border-b px-3 py-1.5 hover:bg-surface">
      <div className="min-w-0 grow">
        <div className="flex items-center gap-2">
          <Link
            to="/exchanges/$exchangeId"
            params={{ exchangeId: id }}
            className="truncate font-medium hover:underline"
          >
            <Visible text={formatStep(step)} />
          </Link>
          <StatusBadge status={exchange.status} />
          <NewMark revision={exchange.openedRevision} also={exchange.closedRevision} />
        </div>
        <div className="truncate text-xs text-muted-foreground">
          <Visible text={facts.join(' · ')} />
        </div>
        {error !== null && (
          <div className="truncate text-xs text-danger">
            <Visible text={error.slice(0, 300)} />
          </div>
        )}
      </div>
      <Ago time={exchange.openedAt} className="shrink-0" />
    </div>
  );
}
