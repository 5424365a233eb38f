import pg from 'pg';

/** The tables of a database that hold one of these words anywhere, in any case, as text or in bytes. */
export async function findInDatabase(databaseUrl: string, words: readonly string[]): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name FROM information_schema.tables
       WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    const search = rows.map(
      ({ name }, index) => `SELECT ${index} AS table WHERE EXISTS
        (SELECT FROM ${name} AS stored WHERE lower(stored::text) LIKE ANY ($1))`,
    );
    const found = await client.query<{ table: number }>(search.join(' UNION ALL '), [
      words.flatMap(patternsOf),
    ]);
    return found.rows.map(({ table }) => rows[table]?.name ?? '');
  } finally {
    await client.end();
  }
}

/** Bytes are shown as hexadecimal digits. */
function patternsOf(word: string): string[] {
  const lower = word.toLowerCase();
  const bytes = [word, lower].flatMap((one) => [Buffer.from(one), Buffer.from(one, 'utf16le')]);
  return [lower, ...bytes.map((one) => one.toString('hex'))].map((text) => `%${text}%`);
}
