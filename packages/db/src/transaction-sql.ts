import { CompiledQuery } from 'kysely';
import type { Bind, Sql } from './connection.ts';
import type { Db } from './store-context.ts';

/**
 * Hand-written SQL inside the transaction that `db` belongs to, where `Connection.query` would be outside of it.
 *
 * Times come back as strings there, since the ORM's connections parse them so.
 */
export function inTransaction(db: Db): Sql {
  return {
    async query<Row>(text: string, values: readonly Bind[]): Promise<Row[]> {
      const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(text, [...values]));
      return rows;
    },
  };
}
