import {
  LIMITS,
  type Page,
  type PromptsService,
  type PromptUsage,
  type PromptUse,
} from '@stepledger/contract';
import { fromCursor, toCursor, toPage } from '../cursors.ts';
import { STATUS } from '../exchanges/stream-row.ts';
import { NUMBER_COLUMNS, type NumbersRow, SUM_NUMBERS, toNumbers } from '../stats/exchange-numbers.ts';
import type { StoreContext } from '../store-context.ts';
import { toTime, toTimeOrNull } from '../time.ts';
import { promptNotFound } from './prompts.read.ts';

type Input<Method extends keyof PromptsService> = Parameters<PromptsService[Method]>[0];

interface UsageRow extends NumbersRow {
  version: number;
  at: Date;
  labels: string[];
  last_used_at: Date | null;
  cut: boolean;
}

/** Every version with what came of it, the newest first, also of a deleted prompt. @throws NOT_FOUND */
export async function usageOfPrompt(
  { connection, scope }: StoreContext,
  { name, cursor, limit }: Input<'usage'>,
): Promise<Page<PromptUsage>> {
  const [before = null] = fromCursor('prompt usage', ['number'], cursor) ?? [];
  const rows = await connection.query<UsageRow>(
    `SELECT v.version, v.at, ARRAY(SELECT l.label FROM prompt_label l
        WHERE l.project_id = $1 AND l.prompt_id = v.prompt_id AND l.version = v.version ORDER BY l.label) AS labels, n.*
    FROM (SELECT v.* FROM prompt p JOIN prompt_version v ON v.project_id = $1 AND v.prompt_id = p.id
      WHERE p.project_id = $1 AND p.name = $2 AND ($3::int IS NULL OR v.version < $3)
      ORDER BY v.version DESC LIMIT $4) v
    CROSS JOIN LATERAL (
      SELECT max(e.opened_at) AS last_used_at, count(*) = ${LIMITS.maxUsageExchanges} AS cut, ${SUM_NUMBERS}
      FROM (SELECT ${NUMBER_COLUMNS}, e.opened_at FROM exchange e
        WHERE e.project_id = $1 AND e.prompt_id = v.prompt_id AND e.prompt_version = v.version
          AND e.origin_id IS NULL
        ORDER BY e.id DESC LIMIT ${LIMITS.maxUsageExchanges}) e) n
    ORDER BY v.version DESC`,
    [scope.projectId, name, before, limit + 1],
  );
  if (rows.length === 0 && cursor === undefined) throw promptNotFound(name);
  return toPage(rows, limit, {
    toItem: (row) => ({
      version: row.version,
      createdAt: toTime(row.at),
      labels: row.labels,
      lastUsedAt: toTimeOrNull(row.last_used_at),
      cut: row.cut,
      ...toNumbers(row),
    }),
    toCursor: ({ version }) => toCursor('prompt usage', [version]),
  });
}

interface UseRow {
  id: string;
  run_id: string;
  run_key: string;
  step_id: string;
  step_name: string;
  step_key: string;
  status: PromptUse['status'];
  opened_at: Date;
}

/**
 * The exchanges that were made from a version, the newest first; of a fork only its own.
 *
 * The page is taken first, then a run and a step looked up for each of it: joined, PostgreSQL may sort all that were
 * ever made, where it guesses for want of statistics that they are few. @throws NOT_FOUND
 */
export async function usesOfPrompt(
  { connection, scope }: StoreContext,
  { name, version, cursor, limit }: Input<'uses'>,
): Promise<Page<PromptUse>> {
  const [before = null] = fromCursor('prompt uses', ['uuid'], cursor) ?? [];
  const rows = await connection.query<UseRow>(
    `SELECT e.id, e.run_id, r.key AS run_key, e.step_id, s.name AS step_name, s.key AS step_key, ${STATUS} AS status,
      e.opened_at
    FROM (SELECT * FROM exchange
      WHERE project_id = $1 AND prompt_id = (SELECT id FROM prompt WHERE project_id = $1 AND name = $2)
        AND prompt_version = $3 AND origin_id IS NULL ${before === null ? '' : 'AND id < $5'}
      ORDER BY id DESC LIMIT $4) e
    CROSS JOIN LATERAL (SELECT key FROM run WHERE project_id = $1 AND id = e.run_id LIMIT 1) r
    CROSS JOIN LATERAL (SELECT name, key FROM step WHERE project_id = $1 AND id = e.step_id LIMIT 1) s
    ORDER BY e.id DESC`,
    [scope.projectId, name, version, limit + 1, ...(before === null ? [] : [before])],
  );
  if (rows.length === 0) await requireVersion({ connection, scope }, { name, version });
  return toPage(rows, limit, {
    toItem: (row) => ({
      exchangeId: row.id,
      run: { id: row.run_id, key: row.run_key },
      step: { id: row.step_id, name: row.step_name, key: row.step_key },
      status: row.status,
      openedAt: toTime(row.opened_at),
    }),
    toCursor: ({ id }) => toCursor('prompt uses', [id]),
  });
}

/** Tells a version that was not used from one that is not there. @throws NOT_FOUND */
async function requireVersion(
  { connection, scope }: Pick<StoreContext, 'connection' | 'scope'>,
  { name, version }: { name: string; version: number },
): Promise<void> {
  const [found] = await connection.query(
    `SELECT 1 FROM prompt p JOIN prompt_version v ON v.project_id = $1 AND v.prompt_id = p.id AND v.version = $3
    WHERE p.project_id = $1 AND p.name = $2`,
    [scope.projectId, name, version],
  );
  if (!found) throw promptNotFound(name, version);
}
