import type { AsOf, Stepledger } from '@stepledger/client';
import { type RunReads, readRun } from '../../as-of/support/read-run.ts';
import type { Tables } from '../../ledger/support/database.ts';

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** The ids of a fork's rows with those that they are copies of; those of the fork's own rows are not in it. */
async function originsOf(tables: Tables, runId: string): Promise<Map<string, string>> {
  const rows = await tables.query<{ id: string; origin: string }>(
    `SELECT id, origin_run_id AS origin FROM run WHERE id = $1 AND origin_run_id IS NOT NULL
    ${['step', 'exchange', 'parse', 'document'].map(unionOf).join(' ')}`,
    [runId],
  );
  return new Map(rows.map(({ id, origin }) => [id, origin]));
}

function unionOf(table: string): string {
  return `UNION ALL SELECT id, origin_id FROM ${table} WHERE run_id = $1 AND origin_id IS NOT NULL`;
}

/** Everything that can be read of a run as of a revision, in the ids of the run that it was forked from. */
export async function readAsOrigin(
  { ledger, tables }: { ledger: Stepledger; tables: Tables },
  runId: string,
  asOf: AsOf,
): Promise<RunReads> {
  const origins = await originsOf(tables, runId);
  const reads = await readRun({ ledger, runId, asOf });
  const json = JSON.stringify(reads).replace(UUID, (id) => origins.get(id) ?? id);
  return withoutName(JSON.parse(json) as RunReads);
}

/** A fork has a key of its own and says where it came from; all else is the same. */
export function withoutName(reads: RunReads): RunReads {
  const { run, ...others } = reads;
  if (!run || !('value' in run)) return reads;
  return { ...others, run: { value: { ...(run.value as object), key: null, origin: null } } };
}
