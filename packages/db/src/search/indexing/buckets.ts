import type { Sql } from '../../connection.ts';
import { marks } from '../marks.ts';
import { quote } from '../words/vector.ts';

/** Texts after which a period ends and the next one begins. */
export const ROWS_OF_A_BUCKET = 500;

/** The periods that some texts belong into. */
export interface FoundBuckets {
  /** In the order of the times that were asked for. */
  readonly buckets: readonly number[];
  /** Where the newest period begins, when one of the texts belongs into it: it must not end before they are written. */
  readonly open: number | null;
}

interface Row {
  bucket: number;
  from_at: number;
  newest: boolean;
  closed: boolean;
}

/**
 * Finds the periods that some times belong into.
 *
 * A period that is full is closed first; whoever writes into it holds a lock that keeps it open. So nothing is added to
 * it any more when the next one begins, right behind the last of its texts, and every text is in the period of its time.
 */
export async function findBuckets(
  sql: Sql,
  projectId: string,
  times: readonly number[],
): Promise<FoundBuckets> {
  while (true) {
    const rows = await sql.query<Row>(
      `SELECT b.bucket, b.from_at::float8 AS from_at, b.closed,
        NOT EXISTS (SELECT FROM search_bucket n WHERE n.project_id = $1 AND n.from_at > b.from_at) AS newest
      FROM unnest($2::text[]) WITH ORDINALITY AS w(time, place) CROSS JOIN LATERAL (
        SELECT * FROM search_bucket b WHERE b.project_id = $1 AND b.from_at <= w.time::bigint
        ORDER BY b.from_at DESC LIMIT 1) b
      ORDER BY w.place`,
      [projectId, times.map(String)],
    );
    const full = rows.find(({ newest, closed }) => newest && closed);
    if (full) await openNext(sql, projectId, full);
    else if (rows.length < times.length) await openFirst(sql, projectId);
    else {
      const open = rows.find(({ newest }) => newest)?.from_at ?? null;
      return { buckets: rows.map(({ bucket }) => bucket), open };
    }
  }
}

/** For a new project, and for texts that are older than all periods. */
async function openFirst(sql: Sql, projectId: string): Promise<void> {
  await sql.query(
    `INSERT INTO search_bucket (project_id, from_at, bucket, rows, closed)
    SELECT $1, 0, 0, 0, EXISTS (SELECT FROM search_bucket b WHERE b.project_id = $1) ON CONFLICT DO NOTHING`,
    [projectId],
  );
}

async function openNext(sql: Sql, projectId: string, { bucket, from_at: from }: Row): Promise<void> {
  await sql.query(
    `INSERT INTO search_bucket (project_id, from_at, bucket, rows, closed)
    SELECT $1, greatest($3::bigint, (SELECT max(c.at) FROM search_chunk c
      WHERE c.project_id = $1 AND c.tsv @@ (SELECT $2::tsquery))) + 1, $4::int + 1, 0, false
    ON CONFLICT DO NOTHING`,
    [projectId, quote(marks.bucket(projectId, bucket)), String(from), bucket],
  );
}

/** Counts texts that were written into the newest period, and closes it when it is full. */
export async function countRows(
  sql: Sql,
  projectId: string,
  { open, count }: { open: number; count: number },
): Promise<void> {
  await sql.query(
    `UPDATE search_bucket SET rows = rows + $3, closed = closed OR rows + $3 >= ${ROWS_OF_A_BUCKET}
    WHERE project_id = $1 AND from_at = $2::bigint`,
    [projectId, String(open), count],
  );
}
