import type pg from 'pg';

/**
 * Makes entries that a dump brought here from another server readable in the feed over all runs.
 *
 * They have that server's transaction numbers. Where these are ahead of ours, the entries would be taken for such of
 * transactions that have not begun, and what is written here would stand before them. So all entries of such a project
 * are put before every transaction, each run's in order of revision as ever. Cursors from there are refused anyway. At 1,
 * since PostgreSQL's own begin at 3, and at 0 stands what a fork has from its run.
 */
export async function settleFeed(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT p.id FROM project p WHERE EXISTS (SELECT FROM entry e
      WHERE e.project_id = p.id AND e.xid >= pg_snapshot_xmax(pg_current_snapshot()))`,
  );
  if (rows.length === 0) return;
  const projects = rows.map(({ id }) => id);
  await client.query('BEGIN');
  await client.query(`UPDATE run SET last_xid = '1' WHERE project_id = ANY($1)`, [projects]);
  await client.query(`UPDATE entry SET xid = '1' WHERE project_id = ANY($1) AND xid > '0'`, [projects]);
  await client.query('COMMIT');
}
