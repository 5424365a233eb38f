import { SqlMigration } from './sql-migration.ts';

/**
 * The index of the search: its own copy of every text in pieces, the words that a typo may stand for, and what still
 * waits to be indexed. What was written before waits too, as a backlog.
 *
 * No extension is needed: words are made in TypeScript, and the project is a lexeme like any other, since GIN takes a
 * uuid only with `btree_gin`. The pending lists are kept at 512 kB: the default of 4 MB made one insert wait 184 ms.
 */
export class Migration0010Search extends SqlMigration {
  override name = '0010-search';

  protected override readonly statements = STATEMENTS;
}

const STATEMENTS = [
  `CREATE TABLE search_chunk (
    project_id uuid NOT NULL,
    source_id uuid NOT NULL,
    item integer NOT NULL,
    part integer NOT NULL,
    parts integer NOT NULL,
    type text NOT NULL CHECK (type IN ('d', 'o', 't', 'm', 'a')),
    at bigint NOT NULL,
    run_id uuid,
    revision integer,
    step_id uuid,
    step text,
    kind text,
    workflow_id uuid,
    label text NOT NULL,
    body text COMPRESSION lz4 NOT NULL,
    tsv tsvector NOT NULL,
    PRIMARY KEY (project_id, source_id, item, part)
  ) WITH (toast_tuple_target = 4080)`,
  `CREATE INDEX search_chunk_words ON search_chunk USING gin (tsv) WITH (gin_pending_list_limit = 512)`,
  `CREATE INDEX search_chunk_run ON search_chunk (project_id, run_id) WHERE run_id IS NOT NULL`,

  `CREATE TABLE search_bucket (
    project_id uuid NOT NULL,
    from_at bigint NOT NULL,
    bucket integer NOT NULL,
    rows integer NOT NULL,
    closed boolean NOT NULL,
    PRIMARY KEY (project_id, from_at)
  ) WITH (fillfactor = 50)`,

  `CREATE TABLE search_message (
    project_id uuid NOT NULL,
    run_id uuid NOT NULL,
    hash bytea NOT NULL,
    exchange_id uuid NOT NULL,
    PRIMARY KEY (project_id, run_id, hash),
    FOREIGN KEY (project_id, exchange_id) REFERENCES exchange (project_id, id) ON DELETE CASCADE
  )`,
  `CREATE INDEX search_message_exchange ON search_message (project_id, exchange_id)`,

  `CREATE TABLE search_word (
    project_id uuid NOT NULL,
    word text NOT NULL,
    grams text[] NOT NULL,
    PRIMARY KEY (project_id, word)
  )`,
  `CREATE INDEX search_word_grams ON search_word USING gin (grams) WITH (gin_pending_list_limit = 512)`,

  `CREATE TABLE search_pending (
    project_id uuid NOT NULL,
    backlog boolean NOT NULL,
    kind text NOT NULL CHECK (kind IN ('commit', 'prompt')),
    id uuid NOT NULL,
    revision integer NOT NULL,
    taken_until timestamptz,
    PRIMARY KEY (project_id, backlog, kind, id, revision)
  ) WITH (fillfactor = 70)`,

  `INSERT INTO search_pending (project_id, backlog, kind, id, revision)
  SELECT project_id, true, 'commit', run_id, revision FROM entry`,
  `INSERT INTO search_pending (project_id, backlog, kind, id, revision)
  SELECT project_id, true, 'prompt', prompt_id, version FROM prompt_version`,
  `INSERT INTO search_bucket (project_id, from_at, bucket, rows, closed)
  SELECT project_id, at, row_number() OVER (PARTITION BY project_id ORDER BY at), 0, false FROM (
    SELECT project_id, floor(extract(epoch FROM at) * 1000000)::bigint AS at,
      row_number() OVER (PARTITION BY project_id ORDER BY at) AS place
    FROM entry) e
  WHERE place % 256 = 0 GROUP BY project_id, at`,
];
