import type { Storage } from '@stepledger/contract';
import type { Sql } from '../connection.ts';

interface TableRow {
  name: string;
  rows: number;
  bytes: number;
  index_bytes: number;
}

/** Asks for the sizes of files, which takes no look into them. */
export async function readStorage(sql: Sql): Promise<Storage> {
  const [database] = await sql.query<{ bytes: number }>(
    'SELECT pg_database_size(current_database())::float8 AS bytes',
    [],
  );
  const tables = await sql.query<TableRow>(
    `SELECT c.relname AS name, c.reltuples::float8 AS rows, pg_total_relation_size(c.oid)::float8 AS bytes,
      pg_indexes_size(c.oid)::float8 AS index_bytes
    FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
    ORDER BY bytes DESC, name`,
    [],
  );
  return {
    databaseBytes: database?.bytes ?? 0,
    tables: tables.map(({ name, rows, bytes, index_bytes: indexBytes }) => ({
      name,
      // PostgreSQL says -1 before the first ANALYZE.
      estimatedRows: rows < 0 ? null : rows,
      bytes,
      indexBytes,
    })),
  };
}
