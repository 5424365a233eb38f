import type { Sql } from '../connection.ts';

type ColumnType =
  | 'uuid'
  | 'int'
  | 'float8'
  | 'text'
  | 'boolean'
  | 'jsonb'
  | 'timestamptz'
  | 'text[]'
  | 'bytea'
  | 'xid8';

export type Columns = Readonly<Record<string, ColumnType>>;
/** A row as JSON: bytes are hexadecimal, times as PostgreSQL reads them, to the microsecond. */
export type NewRow<Of extends Columns> = { readonly [Column in keyof Of]: unknown };

/** SQL of rows that travel as one JSON parameter, $2, with their columns by name as `x`. */
function jsonRows(columns: Columns): string {
  const types = Object.entries(columns).map(([name, type]) => `${name} ${type === 'bytea' ? 'text' : type}`);
  return `json_to_recordset($2::json) AS x(${types.join(', ')})`;
}

/** SQL of a column of such a row. */
function jsonColumn(name: string, type: ColumnType): string {
  return type === 'bytea' ? `decode(x.${name}, 'hex')` : `x.${name}`;
}

/** Inserts rows of one project by one statement, in their order. */
export async function insertRows<Of extends Columns>(
  sql: Sql,
  projectId: string,
  { table, columns, rows }: { table: string; columns: Of; rows: readonly NewRow<Of>[] },
): Promise<void> {
  if (rows.length === 0) return;
  const names = Object.keys(columns);
  const values = Object.entries(columns).map(([name, type]) => jsonColumn(name, type));
  await sql.query(
    `INSERT INTO ${table} (project_id, ${names.join(', ')})
    SELECT $1::uuid, ${values.join(', ')} FROM ${jsonRows(columns)}`,
    [projectId, JSON.stringify(rows)],
  );
}

/** Sets columns of rows that are there, each found by its `id`. */
export async function updateRows<Of extends Columns>(
  sql: Sql,
  projectId: string,
  {
    table,
    columns,
    rows,
  }: { table: string; columns: Of; rows: readonly (NewRow<Of> & { readonly id: string })[] },
): Promise<void> {
  if (rows.length === 0) return;
  const sets = Object.entries(columns).map(([name, type]) => `${name} = ${jsonColumn(name, type)}`);
  await sql.query(
    `UPDATE ${table} t SET ${sets.join(', ')} FROM ${jsonRows({ id: 'uuid', ...columns })}
    WHERE t.project_id = $1::uuid AND t.id = x.id`,
    [projectId, JSON.stringify(rows)],
  );
}
