import pg from 'pg';

/** A look at the tables themselves, past the server. */
export interface Tables extends AsyncDisposable {
  readonly names: readonly string[];
  query<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** How many rows each table holds; but for the index of the search, which follows later. */
  count(): Promise<Record<string, number>>;
  /** Count and hash of each table's rows: equal only while nothing is written, changed or removed. */
  fingerprint(): Promise<Record<string, string>>;
}

export async function openTables(databaseUrl: string): Promise<Tables> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  // A database that is dropped by force ends its idle connections; queries still fail loudly.
  pool.on('error', () => undefined);
  const query = async <Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) =>
    (await pool.query<Row>(sql, [...values])).rows;

  const names = await query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1`,
  );
  const ofEach = async <Value>(expression: string): Promise<Record<string, Value>> => {
    const stored = names.filter(({ name }) => !name.startsWith('search_'));
    const parts = stored.map(
      ({ name }) => `SELECT '${name}' AS name, ${expression} AS value FROM "${name}" t`,
    );
    const rows = await query<{ name: string; value: Value }>(parts.join(' UNION ALL '));
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  };
  return {
    names: names.map(({ name }) => name),
    query,
    count: () => ofEach<number>('count(*)::int'),
    fingerprint: () =>
      ofEach<string>(
        `count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '')`,
      ),
    [Symbol.asyncDispose]: () => pool.end(),
  };
}
