import { createStepledger, type Stepledger } from '@stepledger/client';
import type { TestServer } from '@stepledger/testing';
import type { Tables } from '../../ledger/support/database.ts';

/** A project of its own, since these numbers are those of a whole project. */
export async function openProject({ url, ledger }: TestServer, slug: string) {
  const { id } = await ledger.projects.create({ slug });
  return { id, ledger: createStepledger({ url, project: slug, spool: false }) satisfies Stepledger };
}

/** Makes a second of a project's past as long as ten hours; the order and what is at one time stay. */
export async function stretchTime(tables: Tables, projectId: string): Promise<void> {
  const [row] = await tables.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const stretched = (column: string) => `$2::timestamptz - ($2::timestamptz - ${column}) * 36000`;
  for (const [table, columns] of TIMES) {
    const sets = columns.map((column) => `${column} = ${stretched(column)}`).join(', ');
    await tables.query(`UPDATE ${table} SET ${sets} WHERE project_id = $1`, [projectId, row?.now]);
  }
}

const TIMES = [
  ['entry', ['at']],
  ['exchange', ['opened_at', 'closed_at']],
  ['run', ['created_at', 'last_at']],
  ['step', ['started_at', 'finished_at']],
  ['parse', ['at']],
  ['document', ['created_at']],
  ['document_version', ['at']],
] as const;
