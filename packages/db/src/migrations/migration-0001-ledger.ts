import { SqlMigration } from './sql-migration.ts';

/**
 * The tables of the ledger.
 *
 * One statement a query, no triggers, no sequences, no ON DELETE SET NULL, no ON UPDATE CASCADE and
 * `project_id` first in every key, so that the same migration also runs on Citus. Texts are compressed by lz4
 * where the server was built with it (the npm binaries are not), else by PostgreSQL's own method.
 *
 * The unique constraints by which each write finds its step and its documents are made after the other indexes of
 * their tables: before the first ANALYZE all of these cost the same to the planner, and it takes the one made last.
 * The other way round each document saved read all documents of its kind.
 */
export class Migration0001Ledger extends SqlMigration {
  override name = '0001-ledger';

  protected override readonly statements = STATEMENTS;
}

const STATEMENTS = [
  `CREATE TABLE project (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    created_at timestamptz NOT NULL
  )`,

  `CREATE TABLE api_key (
    id uuid PRIMARY KEY,
    project_id uuid REFERENCES project (id),
    name text NOT NULL,
    hash bytea NOT NULL UNIQUE,
    access text NOT NULL CHECK (access IN ('read', 'write', 'admin')),
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz
  )`,
  `CREATE INDEX api_key_project ON api_key (project_id, id)`,

  `CREATE TABLE request (
    project_id uuid NOT NULL REFERENCES project (id),
    key_hash bytea NOT NULL,
    procedure text NOT NULL,
    input_hash bytea NOT NULL,
    result text COMPRESSION lz4 NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT request_pkey PRIMARY KEY (project_id, key_hash)
  )`,

  `CREATE TABLE blob (
    project_id uuid NOT NULL,
    sha256 bytea NOT NULL,
    encoding text NOT NULL CHECK (encoding IN ('utf8', 'utf16le', 'binary')),
    content text COMPRESSION lz4,
    bytes bytea COMPRESSION lz4,
    size integer NOT NULL,
    PRIMARY KEY (project_id, sha256, encoding),
    CHECK ((encoding = 'utf8') = (content IS NOT NULL)),
    CHECK ((encoding = 'utf8') = (bytes IS NULL))
  )`,

  `CREATE TABLE workflow (
    project_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    head_version integer NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (project_id, id),
    UNIQUE (project_id, name)
  )`,
  `CREATE TABLE workflow_version (
    project_id uuid NOT NULL,
    workflow_id uuid NOT NULL,
    version integer NOT NULL,
    steps jsonb NOT NULL,
    note text COMPRESSION lz4,
    metadata jsonb NOT NULL,
    content_hash bytea NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (project_id, workflow_id, version),
    FOREIGN KEY (project_id, workflow_id) REFERENCES workflow (project_id, id) ON DELETE CASCADE
  )`,

  `CREATE TABLE prompt (
    project_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    head_version integer NOT NULL,
    created_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (project_id, id),
    UNIQUE (project_id, name)
  )`,
  `CREATE TABLE prompt_version (
    project_id uuid NOT NULL,
    prompt_id uuid NOT NULL,
    version integer NOT NULL,
    template text COMPRESSION lz4 NOT NULL,
    syntax text NOT NULL,
    parameters text[] NOT NULL,
    note text COMPRESSION lz4,
    metadata jsonb NOT NULL,
    content_hash bytea NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (project_id, prompt_id, version),
    FOREIGN KEY (project_id, prompt_id) REFERENCES prompt (project_id, id) ON DELETE CASCADE
  )`,
  `CREATE TABLE prompt_label (
    project_id uuid NOT NULL,
    prompt_id uuid NOT NULL,
    label text NOT NULL,
    version integer NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (project_id, prompt_id, label),
    FOREIGN KEY (project_id, prompt_id, version)
      REFERENCES prompt_version (project_id, prompt_id, version) ON DELETE CASCADE
  )`,

  `CREATE TABLE run (
    project_id uuid NOT NULL,
    id uuid NOT NULL,
    key text NOT NULL,
    workflow_id uuid,
    workflow_version integer,
    step_names text[],
    goal text COMPRESSION lz4,
    status text NOT NULL CHECK (status IN ('running', 'completed', 'failed', 'cancelled')),
    revision integer NOT NULL,
    created_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    metadata jsonb NOT NULL,
    finished_revision integer,
    origin_run_id uuid,
    forked_at_revision integer,
    PRIMARY KEY (project_id, id),
    UNIQUE (project_id, key),
    FOREIGN KEY (project_id, workflow_id, workflow_version)
      REFERENCES workflow_version (project_id, workflow_id, version)
  ) WITH (fillfactor = 70)`,
  `CREATE INDEX run_status ON run (project_id, status, id)`,
  `CREATE INDEX run_workflow ON run (project_id, workflow_id, id)`,
  `CREATE TABLE run_prompt (
    project_id uuid NOT NULL,
    run_id uuid NOT NULL,
    prompt_id uuid NOT NULL,
    label text NOT NULL,
    version integer NOT NULL,
    revision integer NOT NULL,
    PRIMARY KEY (project_id, run_id, prompt_id, label),
    FOREIGN KEY (project_id, run_id) REFERENCES run (project_id, id) ON DELETE CASCADE
  )`,

  `CREATE TABLE step (
    project_id uuid NOT NULL,
    id uuid NOT NULL,
    run_id uuid NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    parent_step_id uuid,
    status text NOT NULL CHECK (status IN ('running', 'completed', 'failed')),
    error text COMPRESSION lz4,
    started_revision integer NOT NULL,
    started_at timestamptz NOT NULL,
    finished_revision integer,
    finished_at timestamptz,
    PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id, run_id) REFERENCES run (project_id, id) ON DELETE CASCADE
  )`,
  `CREATE INDEX step_order ON step (project_id, run_id, started_revision, id)`,
  `CREATE INDEX step_name ON step (project_id, name, id)`,
  `ALTER TABLE step ADD UNIQUE (project_id, run_id, name, key)`,

  `CREATE TABLE message (
    project_id uuid NOT NULL,
    hash bytea NOT NULL,
    parent_hash bytea,
    role text NOT NULL,
    format text NOT NULL CHECK (format IN ('text', 'json')),
    sha256 bytea NOT NULL,
    encoding text NOT NULL,
    PRIMARY KEY (project_id, hash),
    FOREIGN KEY (project_id, parent_hash) REFERENCES message (project_id, hash),
    FOREIGN KEY (project_id, sha256, encoding) REFERENCES blob (project_id, sha256, encoding)
  )`,
  `CREATE INDEX message_parent ON message (project_id, parent_hash) WHERE parent_hash IS NOT NULL`,
  `CREATE INDEX message_blob ON message (project_id, sha256)`,

  `CREATE TABLE exchange (
    project_id uuid NOT NULL,
    id uuid NOT NULL,
    run_id uuid NOT NULL,
    step_id uuid NOT NULL,
    opened_revision integer NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_revision integer,
    closed_at timestamptz,
    status text NOT NULL CHECK (status IN ('pending', 'streaming', 'completed', 'failed')),
    lease_until timestamptz,
    prompt_id uuid,
    prompt_version integer,
    variables text COMPRESSION lz4,
    prompt_hash bytea,
    message_count integer NOT NULL,
    memo_key bytea,
    provider text,
    model text,
    response_model text,
    parameters text COMPRESSION lz4,
    response_sha256 bytea,
    response_encoding text,
    response_size integer,
    usage jsonb,
    error text COMPRESSION lz4,
    metadata jsonb NOT NULL,
    started_at timestamptz,
    first_byte_ms integer,
    total_ms integer,
    parse_count integer NOT NULL,
    parsed_revision integer,
    purged_revision integer,
    origin_id uuid,
    PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id, run_id) REFERENCES run (project_id, id) ON DELETE CASCADE,
    FOREIGN KEY (project_id, prompt_hash) REFERENCES message (project_id, hash),
    FOREIGN KEY (project_id, response_sha256, response_encoding) REFERENCES blob (project_id, sha256, encoding)
  )`,
  `CREATE INDEX exchange_order ON exchange (project_id, run_id, opened_revision, id)`,
  `CREATE INDEX exchange_step ON exchange (project_id, step_id, opened_revision, id)`,
  `CREATE INDEX exchange_open ON exchange (project_id, id) WHERE status IN ('pending', 'streaming')`,
  `CREATE INDEX exchange_failed ON exchange (project_id, id) WHERE status = 'failed'`,
  `CREATE INDEX exchange_unparsed ON exchange (project_id, id)
    WHERE status = 'completed' AND parsed_revision IS NULL`,
  `CREATE INDEX exchange_memo ON exchange (project_id, step_id, memo_key) WHERE memo_key IS NOT NULL`,
  `CREATE INDEX exchange_prompt ON exchange (project_id, prompt_hash) WHERE prompt_hash IS NOT NULL`,
  `CREATE INDEX exchange_response ON exchange (project_id, response_sha256) WHERE response_sha256 IS NOT NULL`,

  `CREATE TABLE exchange_attempt (
    project_id uuid NOT NULL,
    exchange_id uuid NOT NULL,
    attempt integer NOT NULL,
    status text NOT NULL CHECK (status IN ('completed', 'failed')),
    http_status integer,
    request_sha256 bytea,
    request_encoding text,
    response_sha256 bytea,
    response_encoding text,
    error text COMPRESSION lz4,
    started_at timestamptz,
    first_byte_ms integer,
    total_ms integer,
    PRIMARY KEY (project_id, exchange_id, attempt),
    FOREIGN KEY (project_id, exchange_id) REFERENCES exchange (project_id, id) ON DELETE CASCADE,
    FOREIGN KEY (project_id, request_sha256, request_encoding) REFERENCES blob (project_id, sha256, encoding),
    FOREIGN KEY (project_id, response_sha256, response_encoding) REFERENCES blob (project_id, sha256, encoding)
  )`,
  `CREATE INDEX exchange_attempt_request ON exchange_attempt (project_id, request_sha256)
    WHERE request_sha256 IS NOT NULL`,
  `CREATE INDEX exchange_attempt_response ON exchange_attempt (project_id, response_sha256)
    WHERE response_sha256 IS NOT NULL`,

  `CREATE TABLE parse (
    project_id uuid NOT NULL,
    id uuid NOT NULL,
    run_id uuid NOT NULL,
    exchange_id uuid NOT NULL,
    attempt integer NOT NULL,
    parser text NOT NULL,
    parser_version text NOT NULL,
    status text NOT NULL CHECK (status IN ('completed', 'failed')),
    error text COMPRESSION lz4,
    error_offset integer,
    revision integer NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (project_id, id),
    UNIQUE (project_id, exchange_id, attempt),
    FOREIGN KEY (project_id, exchange_id) REFERENCES exchange (project_id, id) ON DELETE CASCADE
  )`,

  `CREATE TABLE document (
    project_id uuid NOT NULL,
    id uuid NOT NULL,
    run_id uuid NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    created_revision integer NOT NULL,
    created_at timestamptz NOT NULL,
    head_version integer NOT NULL,
    head_step_id uuid,
    head_title text,
    head_status text,
    head_tags text[] NOT NULL,
    head_metadata jsonb NOT NULL,
    head_sha256 bytea,
    head_encoding text,
    head_size integer,
    head_deleted boolean NOT NULL,
    claim_holder text,
    claim_until timestamptz,
    origin_id uuid,
    PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id, run_id) REFERENCES run (project_id, id) ON DELETE CASCADE
  ) WITH (fillfactor = 80)`,
  `CREATE INDEX document_order ON document (project_id, run_id, created_revision, id)`,
  `CREATE INDEX document_kind ON document (project_id, kind, id)`,
  `CREATE INDEX document_status ON document (project_id, head_status, id) WHERE head_status IS NOT NULL`,
  `CREATE INDEX document_tags ON document USING gin (head_tags) WHERE head_tags <> '{}'`,
  `ALTER TABLE document ADD CONSTRAINT document_run_kind_key UNIQUE (project_id, run_id, kind, key)`,

  `CREATE TABLE document_version (
    project_id uuid NOT NULL,
    document_id uuid NOT NULL,
    version integer NOT NULL,
    run_id uuid NOT NULL,
    revision integer NOT NULL,
    position integer NOT NULL,
    at timestamptz NOT NULL,
    step_id uuid,
    change text NOT NULL CHECK (change IN ('create', 'text', 'attributes', 'restore', 'delete')),
    title text,
    status text,
    tags text[] NOT NULL,
    metadata jsonb NOT NULL,
    sha256 bytea,
    encoding text,
    size integer,
    exchange_id uuid,
    parse_id uuid,
    author text,
    note text COMPRESSION lz4,
    purged_revision integer,
    PRIMARY KEY (project_id, document_id, version),
    FOREIGN KEY (project_id, document_id) REFERENCES document (project_id, id) ON DELETE CASCADE,
    FOREIGN KEY (project_id, sha256, encoding) REFERENCES blob (project_id, sha256, encoding)
  )`,
  `CREATE INDEX document_version_order ON document_version (project_id, run_id, revision, position)`,
  `CREATE INDEX document_version_step ON document_version (project_id, step_id, revision, position)
    WHERE step_id IS NOT NULL`,
  `CREATE INDEX document_version_blob ON document_version (project_id, sha256) WHERE sha256 IS NOT NULL`,

  `CREATE TABLE link (
    project_id uuid NOT NULL,
    from_document_id uuid NOT NULL,
    from_version integer NOT NULL,
    relation text NOT NULL CHECK (relation IN ('used', 'derived_from', 'depends_on')),
    to_document_id uuid NOT NULL,
    to_version integer NOT NULL,
    run_id uuid NOT NULL,
    revision integer NOT NULL,
    removed_revision integer,
    PRIMARY KEY (project_id, from_document_id, from_version, relation, to_document_id, to_version, revision),
    FOREIGN KEY (project_id, from_document_id, from_version)
      REFERENCES document_version (project_id, document_id, version) ON DELETE CASCADE
  )`,
  `CREATE UNIQUE INDEX link_active ON link
    (project_id, from_document_id, from_version, relation, to_document_id, to_version)
    WHERE removed_revision IS NULL`,
  `CREATE INDEX link_to ON link (project_id, to_document_id, to_version)`,

  `CREATE TABLE entry (
    project_id uuid NOT NULL,
    run_id uuid NOT NULL,
    revision integer NOT NULL,
    at timestamptz NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    actor text NOT NULL,
    kind text NOT NULL,
    changes jsonb NOT NULL,
    PRIMARY KEY (project_id, run_id, revision),
    FOREIGN KEY (project_id, run_id) REFERENCES run (project_id, id) ON DELETE CASCADE
  )`,
];
