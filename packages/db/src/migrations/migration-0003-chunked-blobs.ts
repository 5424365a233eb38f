import { SqlMigration } from './sql-migration.ts';

/**
 * Large blobs as trees of chunks, so that what they have in common is stored once.
 *
 * Blobs that are there stay as they are. A list's rows and its children go in and out by one statement, so that no key
 * cascades.
 */
export class Migration0003ChunkedBlobs extends SqlMigration {
  override name = '0003-chunked-blobs';

  protected override readonly statements = STATEMENTS;
}

const STATEMENTS = [
  `CREATE TABLE chunk (
    project_id uuid NOT NULL,
    sha256 bytea NOT NULL,
    bytes bytea COMPRESSION lz4,
    PRIMARY KEY (project_id, sha256)
  )`,
  `CREATE TABLE chunk_child (
    project_id uuid NOT NULL,
    parent_sha256 bytea NOT NULL,
    position integer NOT NULL,
    child_sha256 bytea NOT NULL,
    PRIMARY KEY (project_id, parent_sha256, position),
    FOREIGN KEY (project_id, parent_sha256) REFERENCES chunk (project_id, sha256),
    FOREIGN KEY (project_id, child_sha256) REFERENCES chunk (project_id, sha256)
  )`,
  `CREATE INDEX chunk_child_child ON chunk_child (project_id, child_sha256)`,

  `ALTER TABLE blob ADD COLUMN root_sha256 bytea`,
  `ALTER TABLE blob ADD FOREIGN KEY (project_id, root_sha256) REFERENCES chunk (project_id, sha256)`,
  `CREATE UNIQUE INDEX blob_root ON blob (project_id, root_sha256) WHERE root_sha256 IS NOT NULL`,
  // Those of the first migration knew two forms.
  `ALTER TABLE blob DROP CONSTRAINT blob_check, DROP CONSTRAINT blob_check1,
    ADD CHECK (num_nonnulls(content, bytes, root_sha256) = 1),
    ADD CHECK (content IS NULL OR encoding = 'utf8'),
    ADD CHECK (bytes IS NULL OR encoding <> 'utf8')`,
];
