import { SqlMigration } from './sql-migration.ts';

/**
 * What tells the rows of a fork from those of the run that it was forked from, and memo keys that survive a fork.
 *
 * Until now a memo key was held as it was asked for. From now on the versions that were used are joined to it here, so
 * that those who ask for the same with the same key and versions still find it. Clients that put the versions into the
 * key themselves go on as before; a newer client asks by other keys, and so once more for what an older one had asked.
 */
export class Migration0008Forks extends SqlMigration {
  override name = '0008-forks';

  protected override readonly statements = STATEMENTS;
}

const STATEMENTS = [
  `CREATE INDEX run_origin ON run (project_id, origin_run_id, id) WHERE origin_run_id IS NOT NULL`,
  `ALTER TABLE step ADD COLUMN origin_id uuid`,
  `ALTER TABLE parse ADD COLUMN origin_id uuid`,
  `ALTER TABLE document ADD COLUMN inherited boolean NOT NULL DEFAULT false`,

  // Entries from another server stood there until now, see `settleFeed`.
  `UPDATE entry SET xid = '1' WHERE xid = '0'`,

  `ALTER TABLE exchange ADD COLUMN asked_memo_key bytea`,
  `UPDATE exchange SET asked_memo_key = coalesce(memo_key, lost_memo_key)
  WHERE memo_key IS NOT NULL OR lost_memo_key IS NOT NULL`,
  `UPDATE exchange e SET memo_key = sha256(e.memo_key || convert_to((
    SELECT string_agg(DISTINCT name, ',' ORDER BY name) FROM (
      SELECT ((u ->> 'documentId')::uuid::text || '@' || (u ->> 'version')) COLLATE "C" AS name
      FROM jsonb_array_elements(e.uses) u) names), 'UTF8'))
  WHERE e.memo_key IS NOT NULL AND e.uses <> '[]'`,
  `ALTER TABLE exchange DROP COLUMN lost_memo_key`,
];
