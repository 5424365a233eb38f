import type { ExchangeSummary, ListedParse, Stepledger } from '@stepledger/client';
import type { ExchangeNumbers, ExchangeStats } from '@stepledger/contract';

/** All that was recorded, without the copies in forks, for sums that take no short cut. */
export interface ReadStats {
  readonly exchanges: readonly ExchangeSummary[];
  readonly parses: ReadonlyMap<string, readonly ListedParse[]>;
  readonly workflows: ReadonlyMap<string, string | undefined>;
  /** The ids of prompts by their names. */
  readonly prompts: ReadonlyMap<string, string>;
}

export async function readStats(ledger: Stepledger): Promise<ReadStats> {
  const parses = await ledger.parses.list().all();
  const runs = await ledger.runs.list().all();
  const prompts = await ledger.prompts.list().all();
  return {
    exchanges: await ledger.exchanges.list().all(),
    parses: Map.groupBy(parses, ({ exchangeId }) => exchangeId),
    workflows: new Map(runs.map(({ id, workflow }) => [id, workflow?.name])),
    prompts: new Map(prompts.map(({ id, name }) => [name, id])),
  };
}

export interface Wanted {
  readonly by?: 'step' | 'model' | 'prompt' | 'day' | undefined;
  readonly from: string;
  readonly to: string;
  readonly runId?: string | undefined;
  readonly workflow?: string | undefined;
  readonly limit: number;
}

export function foldStats(read: ReadStats, wanted: Wanted): ExchangeStats {
  const { by, from, to, runId, workflow, limit } = wanted;
  const exchanges = read.exchanges.filter(
    (exchange) =>
      exchange.openedAt >= from &&
      exchange.openedAt < to &&
      (runId === undefined || exchange.runId === runId) &&
      (workflow === undefined || read.workflows.get(exchange.runId) === workflow),
  );
  const groups = by === undefined ? [] : [...Map.groupBy(exchanges, (exchange) => keyOf(read, exchange, by))];
  const ordered = groups.toSorted(([a, inA], [b, inB]) =>
    by === 'day' ? compare(a, b) : inB.length - inA.length || compare(a, b),
  );
  const shown = by === 'day' ? ordered : ordered.slice(0, limit);
  const others = ordered.slice(shown.length);
  return {
    from,
    to,
    cutAt: null,
    total: foldNumbers(read, exchanges),
    groups: shown.map(([key, ofGroup]) => ({
      name: by === 'prompt' ? (ofGroup[0]?.prompt?.name ?? null) : key || null,
      version: by === 'prompt' ? (ofGroup[0]?.prompt?.version ?? null) : null,
      ...foldNumbers(read, ofGroup),
    })),
    others:
      others.length === 0
        ? null
        : {
            groups: others.length,
            ...foldNumbers(
              read,
              others.flatMap(([, ofGroup]) => ofGroup),
            ),
          },
  };
}

/** As bytes of UTF-8 compare, for texts of the basic plane. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function keyOf(read: ReadStats, exchange: ExchangeSummary, by: NonNullable<Wanted['by']>): string {
  const { step, model, responseModel, prompt, openedAt } = exchange;
  if (by === 'step') return step.name;
  if (by === 'model') return model ?? responseModel ?? '';
  if (by === 'day') return openedAt.slice(0, 10);
  return prompt ? `${read.prompts.get(prompt.name)}@${prompt.version}` : '';
}

export function foldNumbers(read: ReadStats, exchanges: readonly ExchangeSummary[]): ExchangeNumbers {
  const sum = (numbers: readonly (number | undefined)[]) =>
    numbers.reduce<number>((total, number) => total + (number ?? 0), 0);
  const parsesOf = ({ id }: ExchangeSummary) => read.parses.get(id) ?? [];
  const parses = exchanges.flatMap(parsesOf);
  const last = exchanges.map((exchange) =>
    parsesOf(exchange)
      .toSorted((a, b) => a.attempt - b.attempt)
      .at(-1),
  );
  const completed = exchanges.filter(({ status }) => status === 'completed');
  return {
    exchanges: exchanges.length,
    completed: completed.length,
    failed: exchanges.filter(({ status }) => status === 'failed').length,
    parsed: last.filter((parse) => parse?.status === 'completed').length,
    parseFailed: last.filter((parse) => parse?.status === 'failed').length,
    parses: parses.length,
    failedParses: parses.filter(({ status }) => status === 'failed').length,
    inputTokens: sum(exchanges.map(({ usage }) => usage?.inputTokens)),
    outputTokens: sum(exchanges.map(({ usage }) => usage?.outputTokens)),
    totalTokens: sum(exchanges.map(({ usage }) => usage?.totalTokens)),
    withoutUsage: completed.filter(({ usage }) => Object.values(usage ?? {}).length === 0).length,
    totalMs: percentiles(exchanges.map(({ totalMs }) => totalMs)),
    firstByteMs: percentiles(exchanges.map(({ firstByteMs }) => firstByteMs)),
  };
}

function percentiles(values: readonly (number | null)[]): ExchangeNumbers['totalMs'] {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
  return sorted.length === 0 ? null : { p50: at(0.5), p95: at(0.95) };
}
