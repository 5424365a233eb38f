import pg from 'pg';

/** A look past the API at what a database holds. */
export interface Rows extends AsyncDisposable {
  readonly tables: readonly string[];
  /** How many rows each table has, of one project or of all; but for the index of the search, which follows later. */
  count(projectId?: string): Promise<Record<string, number>>;
  /** Sums up who wrote each of these rows, of one project or of all: equal when nothing at all was written. */
  fingerprint(projectId?: string): Promise<Record<string, string>>;
  /** Every id of a project, and the names of its blobs. */
  ids(projectId: string): Promise<string[]>;
  /** Which of these texts stand nowhere, also not inside JSON. */
  missing(texts: readonly string[]): Promise<string[]>;
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
}

interface Table {
  name: string;
  /** The column that holds the project's id; null for the few tables that belong to none. */
  project: string | null;
  hasId: boolean;
}

export async function openRows(databaseUrl: string): Promise<Rows> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'stepledger-tests' });
  await client.connect();
  const query: Rows['query'] = async (sql, values = []) => (await client.query(sql, values)).rows;
  const tables = await query<{ name: string; project: string | null; hasId: boolean }>(
    `SELECT t.table_name AS name,
      CASE WHEN t.table_name = 'project' THEN 'id'
        ELSE (SELECT c.column_name FROM information_schema.columns c
          WHERE c.table_schema = 'public' AND c.table_name = t.table_name AND c.column_name = 'project_id') END AS project,
      EXISTS (SELECT FROM information_schema.columns c WHERE c.table_schema = 'public'
        AND c.table_name = t.table_name AND c.column_name = 'id' AND c.data_type = 'uuid') AS "hasId"
    FROM information_schema.tables t WHERE t.table_schema = 'public' ORDER BY 1`,
  );

  /** One row with a column for each table. */
  async function perTable<Value>(sql: string, projectId: string | undefined): Promise<Record<string, Value>> {
    const wanted = tables.filter(
      ({ name, project }) => !name.startsWith('search_') && (projectId === undefined || project !== null),
    );
    const columns = wanted.map(
      ({ name, project }) =>
        `(SELECT ${sql} FROM "${name}" t ${projectId === undefined ? '' : `WHERE t.${project} = $1`}) AS "${name}"`,
    );
    const [row] = await query<Record<string, Value>>(
      `SELECT ${columns.join(', ')}`,
      projectId === undefined ? [] : [projectId],
    );
    return row ?? {};
  }

  return {
    tables: tables.map(({ name }) => name),
    query,
    count: (projectId) => perTable<number>('count(*)::int', projectId),
    fingerprint: (projectId) =>
      perTable<string>(
        // Each insert and update leaves the number of its transaction in the row.
        `count(*) || ' rows of ' || coalesce(sum(t.xmin::text::bigint), 0)`,
        projectId,
      ),
    async ids(projectId) {
      const ids = tables
        .filter((table): table is Table & { project: string } => table.project !== null && table.hasId)
        .map(({ name, project }) => `SELECT id::text FROM "${name}" WHERE ${project} = $1`);
      const blobs = `SELECT encode(sha256, 'hex') FROM blob WHERE project_id = $1`;
      const rows = await query<{ id: string }>([...ids, blobs].join(' UNION ALL '), [projectId]);
      return rows.map(({ id }) => id);
    },
    async missing(texts) {
      const nowhere = tables.map(
        ({ name }) => `NOT EXISTS (SELECT FROM "${name}" t WHERE position(wanted IN t::text) > 0)`,
      );
      const rows = await query<{ wanted: string }>(
        `SELECT wanted FROM unnest($1::text[]) AS wanted WHERE ${nowhere.join(' AND ')}`,
        [texts],
      );
      return rows.map(({ wanted }) => wanted);
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

/** What changed between two counts, by table; tables that kept their number are left out. */
export function growth(
  before: Record<string, number>,
  after: Record<string, number>,
): Record<string, number> {
  const changes = Object.keys(after).map((name): [string, number] => [
    name,
    (after[name] ?? 0) - (before[name] ?? 0),
  ]);
  return Object.fromEntries(changes.filter(([, change]) => change !== 0));
}
