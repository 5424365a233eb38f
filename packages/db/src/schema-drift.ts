import type { Connection, Orm } from './connection.ts';

interface Column {
  /** As PostgreSQL writes it. */
  type: string;
  nullable: boolean;
}

interface Table {
  columns: Map<string, Column>;
  /** In order. */
  primaryKey: string[];
}

type Schema = Map<string, Table>;

/** Kept by the migrator itself. */
const NOT_OURS = new Set(['mikro_orm_migrations']);

/**
 * Compares the database with what the entities say: tables, columns, types, nullability, primary keys, both ways.
 *
 * @returns one sentence a difference, such as `run.goal is integer, not text`; none when they agree.
 */
export async function findDrift(connection: Connection): Promise<string[]> {
  const wanted = toSchema(connection.orm);
  const actual = await loadSchema(connection);
  const unknown = [...actual.keys()].filter((table) => !wanted.has(table));
  return [
    ...[...wanted].flatMap(([name, table]) => compareTable(name, table, actual.get(name))),
    ...unknown.map((table) => `the table ${table} is not known to this version`),
  ];
}

function compareTable(name: string, wanted: Table, actual: Table | undefined): string[] {
  if (!actual) return [`the table ${name} is missing`];
  const unknown = [...actual.columns.keys()].filter((column) => !wanted.columns.has(column));
  const [wantedKey, actualKey] = [wanted.primaryKey.join(', '), actual.primaryKey.join(', ')];
  return [
    ...[...wanted.columns].flatMap(([column, definition]) =>
      compareColumn(`${name}.${column}`, definition, actual.columns.get(column)),
    ),
    ...unknown.map((column) => `${name}.${column} is not known to this version`),
    ...(wantedKey === actualKey ? [] : [`the primary key of ${name} is (${actualKey}), not (${wantedKey})`]),
  ];
}

function compareColumn(name: string, wanted: Column, actual: Column | undefined): string[] {
  if (!actual) return [`${name} is missing`];
  const differences: string[] = [];
  if (actual.type !== wanted.type) differences.push(`${name} is ${actual.type}, not ${wanted.type}`);
  if (actual.nullable !== wanted.nullable) {
    differences.push(`${name} ${actual.nullable ? 'may be null' : 'may not be null'}`);
  }
  return differences;
}

function toSchema(orm: Orm): Schema {
  const schema: Schema = new Map();
  for (const entity of orm.getMetadata().getAll().values()) {
    const table: Table = { columns: new Map(), primaryKey: [] };
    for (const property of entity.props) {
      for (const [index, column] of property.fieldNames.entries()) {
        const type = property.columnTypes[index] ?? '';
        table.columns.set(column, {
          type: FULL_NAMES.get(type) ?? type,
          nullable: property.nullable ?? false,
        });
        if (property.primary) table.primaryKey.push(column);
      }
    }
    schema.set(entity.tableName, table);
  }
  return schema;
}

/** Types that PostgreSQL answers under another name than the one by which they are declared. */
const FULL_NAMES = new Map([['timestamptz', 'timestamp with time zone']]);

async function loadSchema(connection: Connection): Promise<Schema> {
  const rows = await connection.query<{
    table: string;
    column: string;
    type: string;
    nullable: boolean;
    key_position: number | null;
  }>(
    `SELECT t.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS type,
      NOT a.attnotnull AS nullable, array_position(k.indkey::int2[], a.attnum) AS key_position
    FROM pg_class t
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_index k ON k.indrelid = t.oid AND k.indisprimary
    WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind IN ('r', 'p')
    ORDER BY t.relname, key_position, a.attnum`,
    [],
  );
  const schema: Schema = new Map();
  for (const row of rows) {
    if (NOT_OURS.has(row.table)) continue;
    const table: Table = schema.get(row.table) ?? { columns: new Map(), primaryKey: [] };
    table.columns.set(row.column, { type: row.type, nullable: row.nullable });
    if (row.key_position !== null) table.primaryKey.push(row.column);
    schema.set(row.table, table);
  }
  return schema;
}
