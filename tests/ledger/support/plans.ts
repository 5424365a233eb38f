import pg from 'pg';
import type { Tables } from './database.ts';
import type { SentStatement } from './watch-sql.ts';

/** One scan of a table, as PostgreSQL did it. */
export interface Scan {
  readonly how: string;
  readonly table: string;
  readonly index: string | undefined;
  /** Rows looked at, those that a filter then dropped included. */
  readonly rows: number;
}

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: PlanNode[];
}

/**
 * From now on PostgreSQL knows of the tables what ANALYZE tells it, and only then.
 *
 * Otherwise it analyzes them by itself after a while, one before the other, and what a test finds depends on when.
 */
export async function stopAutovacuum({ names, query }: Tables): Promise<void> {
  for (const name of names) await query(`ALTER TABLE "${name}" SET (autovacuum_enabled = off)`);
}

/**
 * Runs a statement as PostgreSQL plans it for these very values (`custom`) or for any (`generic`), and takes all back.
 *
 * `before` makes room for it, such as by deleting what the same statement has written already.
 */
export async function explainScans(
  databaseUrl: string,
  { statement, plan, before }: { statement: SentStatement; plan: 'custom' | 'generic'; before: string },
): Promise<Scan[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`BEGIN; SET LOCAL plan_cache_mode = force_${plan}_plan; ${before}`);
    await client.query(`PREPARE explained AS ${statement.text}`);
    const values = statement.values.map(toLiteral).join(', ');
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE explained(${values})`,
    );
    return rows.flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan }) => scansOf(Plan)));
  } finally {
    await client.end();
  }
}

function scansOf(node: PlanNode): Scan[] {
  const { 'Relation Name': table, 'Index Name': index, 'Node Type': how } = node;
  const looked =
    node['Actual Rows'] +
    (node['Rows Removed by Filter'] ?? 0) +
    (node['Rows Removed by Index Recheck'] ?? 0);
  const own =
    table !== undefined && how.includes('Scan')
      ? [{ how, table, index, rows: looked * node['Actual Loops'] }]
      : [];
  return [...own, ...(node.Plans ?? []).flatMap(scansOf)];
}

function toLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (Array.isArray(value)) return pg.escapeLiteral(`{${value.map(toElement).join(',')}}`);
  return pg.escapeLiteral(toText(value));
}

function toElement(value: unknown): string {
  return value === null ? 'NULL' : `"${toText(value).replace(/[\\"]/g, '\\$&')}"`;
}

function toText(value: unknown): string {
  return Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : String(value);
}
