import type { Sql } from '../../connection.ts';
import type { ChunkRow } from './build-rows.ts';
import type { Source } from './source.ts';

/**
 * Writes rows of the index by one statement, over those that are there.
 *
 * Each source is looked for under a lock, so that a text that was purged or deleted since it was read is not written: who
 * takes it away removes its rows after that, and waits for us.
 */
export async function writeRows(
  sql: Sql,
  projectId: string,
  { rows, open }: { rows: readonly ChunkRow[]; open: number | null },
): Promise<boolean> {
  if (rows.length === 0) return true;
  const sorted = [...rows].sort((a, b) =>
    a.source.id < b.source.id ? -1 : a.source.id > b.source.id ? 1 : 0,
  );
  const [written] = await sql.query<{ written: boolean }>(WRITE_ROWS, [
    projectId,
    sorted.map(({ source }) => source.id),
    sorted.map(({ source }) => source.item),
    sorted.map(({ part }) => part),
    sorted.map(({ parts }) => parts),
    sorted.map(({ source }) => source.type),
    sorted.map(({ source }) => String(source.at)),
    sorted.map(({ source }) => source.run?.id ?? null),
    sorted.map(({ source }) => source.run?.revision ?? null),
    sorted.map(({ source }) => source.run?.stepId ?? null),
    sorted.map(({ source }) => source.run?.step ?? null),
    sorted.map(({ source }) => source.kind),
    sorted.map(({ source }) => source.run?.workflowId ?? null),
    sorted.map(({ label }) => label),
    sorted.map(({ body }) => body),
    sorted.map(({ tsv }) => tsv),
    open === null ? null : String(open),
  ]);
  return written?.written ?? false;
}

const COLUMNS = `source_id, item, part, parts, type, at, run_id, revision, step_id, step, kind, workflow_id, label, body,
  tsv`;

const WRITE_ROWS = `WITH input AS (
    SELECT * FROM unnest($2::uuid[], $3::int[], $4::int[], $5::int[], $6::text[], $7::bigint[], $8::uuid[], $9::int[],
      $10::uuid[], $11::text[], $12::text[], $13::uuid[], $14::text[], $15::text[], $16::text[])
      WITH ORDINALITY AS i(source_id, item, part, parts, type, at, run_id, revision, step_id, step, kind, workflow_id,
        label, body, tsv, ord)
  ), still_open AS MATERIALIZED (
    SELECT 1 FROM search_bucket b WHERE b.project_id = $1 AND b.from_at = $17::bigint AND NOT b.closed FOR SHARE
  ), goes AS MATERIALIZED (
    SELECT $17::bigint IS NULL OR EXISTS (SELECT FROM still_open) AS written
  ), held_documents AS (
    SELECT i.ord FROM input i CROSS JOIN LATERAL (
      SELECT FROM document_version v WHERE i.type IN ('d', 'o') AND v.project_id = $1
        AND v.document_id = i.source_id AND v.version = i.item AND v.purged_revision IS NULL
      FOR SHARE OF v) held
  ), held_exchanges AS (
    SELECT i.ord FROM input i CROSS JOIN LATERAL (
      SELECT FROM exchange e WHERE i.type IN ('m', 'a') AND e.project_id = $1 AND e.id = i.source_id
        AND e.purged_revision IS NULL
      FOR SHARE OF e) held
  ), held AS (
    SELECT ord FROM held_documents UNION ALL SELECT ord FROM held_exchanges
    UNION ALL SELECT ord FROM input WHERE type = 't'
  ), written AS (
    INSERT INTO search_chunk (project_id, ${COLUMNS})
    SELECT $1, ${COLUMNS.replace('tsv', 'tsv::tsvector')} FROM input
    WHERE (SELECT g.written FROM goes g) AND ord IN (SELECT ord FROM held) ORDER BY ord
    ON CONFLICT (project_id, source_id, item, part) DO UPDATE SET
    parts = excluded.parts, type = excluded.type, at = excluded.at, run_id = excluded.run_id,
    revision = excluded.revision, step_id = excluded.step_id, step = excluded.step, kind = excluded.kind,
    workflow_id = excluded.workflow_id, label = excluded.label, body = excluded.body, tsv = excluded.tsv
  )
  SELECT written FROM goes`;

/** Marks the rows of versions that are not heads any more, and removes those whose text the next version repeats. */
export async function retireVersions(
  sql: Sql,
  projectId: string,
  documentIds: readonly string[],
): Promise<void> {
  if (documentIds.length === 0) return;
  await sql.query(
    `WITH repeated AS (
      DELETE FROM search_chunk c USING document_version n
      WHERE c.project_id = $1 AND c.source_id = ANY ($2::uuid[]) AND c.type IN ('d', 'o')
        AND n.project_id = $1 AND n.document_id = c.source_id AND n.version = c.item + 1 AND n.change = 'attributes'
        AND n.purged_revision IS NULL
      RETURNING c.source_id, c.item, c.part
    )
    UPDATE search_chunk c SET type = 'o',
      tsv = CASE WHEN c.part > 0 THEN c.tsv ELSE ts_delete(c.tsv, '=d') || '''=o'''::tsvector END
    FROM document d
    WHERE c.project_id = $1 AND c.source_id = ANY ($2::uuid[]) AND c.type = 'd'
      AND d.project_id = $1 AND d.id = c.source_id AND (d.head_version <> c.item OR d.head_deleted)
      AND NOT EXISTS (SELECT FROM document_version n WHERE n.project_id = $1 AND n.document_id = c.source_id
        AND n.version = c.item + 1 AND n.change = 'attributes' AND n.purged_revision IS NULL)`,
    [projectId, documentIds],
  );
}

/** Removes pieces that an older version of this code has made and this one has not. */
export async function removeStaleParts(
  sql: Sql,
  projectId: string,
  sources: readonly Source[],
): Promise<void> {
  if (sources.length === 0) return;
  await sql.query(
    `DELETE FROM search_chunk c USING unnest($2::uuid[], $3::int[]) AS w(id, item)
    WHERE c.project_id = $1 AND c.source_id = w.id AND c.item = w.item AND c.part > (
      SELECT max(whole.parts) FROM search_chunk whole
      WHERE whole.project_id = $1 AND whole.source_id = w.id AND whole.item = w.item AND whole.part <= 0)`,
    [projectId, sources.map(({ id }) => id), sources.map(({ item }) => item)],
  );
}

/** Remembers which messages are indexed. */
export async function rememberMessages(
  sql: Sql,
  projectId: string,
  sources: readonly Source[],
): Promise<void> {
  const messages = sources.filter(({ messageHash }) => messageHash !== undefined);
  if (messages.length === 0) return;
  await sql.query(
    `INSERT INTO search_message (project_id, run_id, hash, exchange_id)
    SELECT $1, m.run_id, m.hash, m.exchange_id FROM unnest($2::uuid[], $3::bytea[], $4::uuid[])
      AS m(run_id, hash, exchange_id)
    JOIN exchange e ON e.project_id = $1 AND e.id = m.exchange_id AND e.purged_revision IS NULL
    ORDER BY m.run_id, m.hash ON CONFLICT DO NOTHING`,
    [
      projectId,
      messages.map(({ run }) => run?.id ?? null),
      messages.map(({ messageHash }) => messageHash ?? null),
      messages.map(({ id }) => id),
    ],
  );
}
