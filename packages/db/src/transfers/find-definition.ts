import type { UnitLine } from '@stepledger/contract';
import type { Sql } from '../connection.ts';

type Definition = Exclude<UnitLine, { type: 'run' }>;

export interface FoundDefinition {
  readonly id: string;
  readonly name: string;
  readonly newest: number;
  /** Whether all versions that both have are the same. */
  readonly same: boolean;
}

/** Finds a prompt or a workflow of a file here: by its id, whatever it is called here, or else by its name. */
export async function findDefinition(
  sql: Sql,
  projectId: string,
  unit: Definition,
  lock: '' | 'FOR UPDATE' = '',
): Promise<FoundDefinition | null> {
  const [head] = await sql.query<{ id: string; name: string; newest: number }>(
    `SELECT id, name, head_version AS newest FROM ${unit.type} WHERE project_id = $1 AND (id = $2 OR name = $3)
    ORDER BY (id = $2) DESC LIMIT 1 ${lock}`,
    [projectId, unit.id, unit.name],
  );
  if (!head) return null;
  const [other] = await sql.query(
    `SELECT 1 FROM ${unit.type}_version v
    JOIN unnest($3::text[]) WITH ORDINALITY AS t(hash, version) ON t.version = v.version
    WHERE v.project_id = $1 AND v.${unit.type}_id = $2 AND v.content_hash <> decode(t.hash, 'hex') LIMIT 1`,
    [projectId, head.id, unit.versions],
  );
  return { ...head, same: other === undefined };
}
