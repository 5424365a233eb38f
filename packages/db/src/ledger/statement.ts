import type { Bind } from '../connection.ts';

/** The SQL types that bind parameters are cast to, so that PostgreSQL never has to guess one. */
type SqlType =
  | 'uuid'
  | 'text'
  | 'int'
  | 'float8'
  | 'bytea'
  | 'jsonb'
  | 'timestamptz'
  | 'boolean'
  | 'int[]'
  | 'text[]'
  | 'bytea[]';

/**
 * One SQL statement in the making: its common table expressions and its bind parameters.
 *
 * Its text depends only on which parts a call has, never on their values or number, so that a handful of prepared
 * statements serve every write.
 */
export class Statement {
  readonly values: Bind[] = [];
  readonly #ctes: string[] = [];

  /** Adds a bind parameter and answers how SQL refers to it. */
  bind(value: Bind, type: SqlType): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }

  /** Adds a common table expression; later ones may refer to it by name. */
  with(name: string, sql: string): void {
    this.#ctes.push(`${name} AS (${sql})`);
  }

  text(select: string): string {
    return `WITH ${this.#ctes.join(',\n')}\n${select}`;
  }
}
