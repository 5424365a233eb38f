import { type ExchangeStats, LedgerError, LIMITS, type StatsService } from '@stepledger/contract';
import type { Bind } from '../connection.ts';
import { requireRun } from '../runs/require-run.ts';
import type { StoreContext } from '../store-context.ts';
import { toTime, toTimeOrNull } from '../time.ts';
import { type NumbersRow, toNumbers } from './exchange-numbers.ts';
import { toStatement } from './stats-statement.ts';

type Input = Parameters<StatsService['exchanges']>[0];

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
/** The first time that there is a name for. */
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');

interface StatsRow extends NumbersRow {
  part: 'total' | 'others' | 'group';
  /** What the group has in common; empty of exchanges that have no such thing. */
  key: string | null;
  /** How many groups the others are. */
  groups: number | null;
  cut_at: Date | null;
}

/** Sums up the exchanges of a window, from the newest on: one statement over the rows that an index finds. */
export async function statsOfExchanges(context: StoreContext, input: Input): Promise<ExchangeStats> {
  const { connection, scope } = context;
  const window = await readWindow(context, input);
  if (input.runId !== undefined) await requireRun(connection, scope.projectId, input.runId);
  const values: Bind[] = [scope.projectId, window.from, window.to];
  const statement = toStatement(input, (value) => `$${values.push(value)}`);
  const rows = await connection.query<StatsRow>(statement, values);
  const total = rows.find(({ part }) => part === 'total');
  if (!total) throw new Error('A sum over no rows is a row too, and did not come');
  const others = rows.find(({ part }) => part === 'others');
  const groups = rows.filter(({ part }) => part === 'group');
  const toName = await findNames(context, input.by, groups);
  return {
    ...window,
    cutAt: toTimeOrNull(total.cut_at),
    total: toNumbers(total),
    groups: groups.map((row) => ({ ...toName(row.key ?? ''), ...toNumbers(row) })),
    others: others ? { groups: others.groups ?? 0, ...toNumbers(others) } : null,
  };
}

/** By the clock that exchanges have their times from. @throws BAD_INPUT for a window that is too long, or is none. */
async function readWindow({ connection }: StoreContext, input: Input): Promise<{ from: string; to: string }> {
  const [clock] = await connection.query<{ now: Date }>('SELECT clock_timestamp() AS now', []);
  if (!clock) throw new Error('A SELECT without FROM answered no row');
  // Times are stored finer than the milliseconds that are left of this one.
  const to = input.to === undefined ? clock.now.getTime() + 1 : Date.parse(input.to);
  const from =
    input.from === undefined ? Math.max(to - DEFAULT_DAYS * DAY_MS, FIRST_MS) : Date.parse(input.from);
  const days = (to - from) / DAY_MS;
  if (days > 0 && days <= LIMITS.maxStatsDays)
    return { from: toTime(new Date(from)), to: toTime(new Date(to)) };
  const reason =
    days > 0 ? `must be at most ${LIMITS.maxStatsDays} days before \`to\`` : 'must be before `to`';
  throw new LedgerError('BAD_INPUT', { issues: [{ path: 'from', reason }] });
}

type Name = Pick<ExchangeStats['groups'][number], 'name' | 'version'>;

/** What groups are called, by their keys. */
async function findNames(
  { connection, scope }: StoreContext,
  by: Input['by'],
  groups: readonly StatsRow[],
): Promise<(key: string) => Name> {
  if (by === 'day') {
    return (key) => ({ name: toTime(new Date(Number(key) * DAY_MS)).slice(0, 10), version: null });
  }
  if (by !== 'prompt') return (key) => ({ name: key === '' ? null : key, version: null });
  const ids = groups.flatMap(({ key }) => key?.split('@')[0] || []);
  const prompts = await connection.query<{ id: string; name: string }>(
    'SELECT id, name FROM prompt WHERE project_id = $1 AND id = ANY ($2::uuid[])',
    [scope.projectId, [...new Set(ids)]],
  );
  const names = new Map(prompts.map(({ id, name }) => [id, name]));
  return (key) => {
    const [id = '', version] = key.split('@');
    return { name: names.get(id) ?? null, version: version === undefined ? null : Number(version) };
  };
}
