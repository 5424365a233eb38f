import { SqlMigration } from './sql-migration.ts';

/**
 * What exchanges need to stream, to be leased and to be found again: chunks of responses that are still arriving, the
 * memo key that one exchange of a step may hold, and what an attempt says of its answer.
 *
 * Beside these, the indexes by which parses, their documents and the answers to equal requests are found.
 */
export class Migration0002DurableSteps extends SqlMigration {
  override name = '0002-durable-steps';

  protected override readonly statements = STATEMENTS;
}

const STATEMENTS = [
  `ALTER TABLE exchange
    ADD COLUMN lease_seconds double precision,
    ADD COLUMN stream_attempt integer,
    ADD COLUMN stream_bytes integer,
    ADD COLUMN uses jsonb NOT NULL DEFAULT '[]'`,
  // Until now every lease was given once, and nothing renewed it: 900 s is what `exchanges.open` gives by default.
  `UPDATE exchange SET lease_seconds = 900 WHERE status IN ('pending', 'streaming')`,
  `ALTER TABLE exchange_attempt
    ADD COLUMN url text COMPRESSION lz4,
    ADD COLUMN content_type text`,

  `CREATE TABLE exchange_chunk (
    project_id uuid NOT NULL,
    exchange_id uuid NOT NULL,
    attempt integer NOT NULL,
    byte_offset integer NOT NULL,
    bytes bytea COMPRESSION lz4 NOT NULL,
    PRIMARY KEY (project_id, exchange_id, attempt, byte_offset),
    FOREIGN KEY (project_id, exchange_id) REFERENCES exchange (project_id, id) ON DELETE CASCADE
  )`,

  `DROP INDEX exchange_memo`,
  `CREATE UNIQUE INDEX exchange_memo_key ON exchange (project_id, step_id, memo_key)
    WHERE memo_key IS NOT NULL AND status <> 'failed'`,

  `DROP INDEX exchange_attempt_request`,
  `CREATE INDEX exchange_attempt_request ON exchange_attempt (project_id, request_sha256, exchange_id, attempt)
    WHERE request_sha256 IS NOT NULL`,

  `CREATE INDEX parse_run ON parse (project_id, run_id, id)`,
  `CREATE INDEX parse_parser ON parse (project_id, parser, id)`,
  `CREATE INDEX parse_parser_version ON parse (project_id, parser, parser_version, id)`,
  `CREATE INDEX parse_failed ON parse (project_id, id) WHERE status = 'failed'`,
  `CREATE INDEX document_version_parse ON document_version (project_id, parse_id, position)
    WHERE parse_id IS NOT NULL`,
];
