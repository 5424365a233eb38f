import type { RowLineOf } from '@stepledger/contract';
import { fromBlobId } from '../blobs/stored-blob.ts';
import type { Sql } from '../connection.ts';
import { toExactJsonOrNull } from '../exact-json.ts';
import { badLine } from './bad-line.ts';
import type { Known } from './check-batch.ts';
import type { TargetRun } from './import-run.ts';
import { insertRows, updateRows } from './insert-rows.ts';
import type { Placed, RunBatch } from './run-batch.ts';

const HEAD = {
  head_version: 'int',
  head_step_id: 'uuid',
  head_title: 'text',
  head_status: 'text',
  head_tags: 'text[]',
  head_metadata: 'jsonb',
  head_sha256: 'bytea',
  head_encoding: 'text',
  head_size: 'int',
  head_deleted: 'boolean',
  inherited: 'boolean',
} as const;

/** Writes documents with their versions, and the links of these. A document that comes is claimed by nobody. */
export async function writeDocuments(sql: Sql, run: TargetRun, batch: RunBatch, known: Known): Promise<void> {
  const { projectId, runId } = run;
  const heads = new Map(batch.version.map((line) => [line.documentId, toHead(line, run, known)]));
  await insertRows(sql, projectId, {
    table: 'document',
    columns: {
      id: 'uuid',
      run_id: 'uuid',
      kind: 'text',
      key: 'text',
      created_revision: 'int',
      created_at: 'timestamptz',
      origin_id: 'uuid',
      ...HEAD,
    },
    rows: batch.document.map(({ index, id, kind, key, revision, createdAt, originId }) => {
      const head = heads.get(id);
      if (!head) throw badLine(index, 'id', 'must have a version at the same revision');
      const row = { id, run_id: runId, kind, key, created_revision: revision, created_at: createdAt };
      return { ...row, origin_id: originId, ...head };
    }),
  });
  await insertVersions(sql, run, batch.version, known);
  await updateRows(sql, projectId, {
    table: 'document',
    columns: HEAD,
    rows: [...heads].filter(([id]) => known.heads.has(id)).map(([id, head]) => ({ id, ...head })),
  });
  await writeLinks(sql, run, batch);
}

/** What a document shows is its newest version. */
function toHead(line: Placed<RowLineOf<'version'>>, { forkedAt }: TargetRun, { sizes }: Known) {
  const text = line.text === null ? null : fromBlobId(line.text);
  return {
    head_version: line.version,
    head_step_id: line.stepId,
    head_title: line.title,
    head_status: line.status,
    head_tags: line.tags,
    head_metadata: line.metadata,
    head_sha256: text?.sha256.toString('hex') ?? null,
    head_encoding: text?.encoding ?? null,
    head_size: line.text === null ? null : (sizes.get(line.text) ?? null),
    head_deleted: line.change === 'delete',
    inherited: line.revision <= forkedAt,
  };
}

async function insertVersions(
  sql: Sql,
  { projectId, runId }: TargetRun,
  versions: RunBatch['version'],
  { sizes }: Known,
): Promise<void> {
  await insertRows(sql, projectId, {
    table: 'document_version',
    columns: {
      document_id: 'uuid',
      version: 'int',
      run_id: 'uuid',
      revision: 'int',
      position: 'int',
      at: 'timestamptz',
      step_id: 'uuid',
      change: 'text',
      title: 'text',
      status: 'text',
      tags: 'text[]',
      metadata: 'jsonb',
      sha256: 'bytea',
      encoding: 'text',
      size: 'int',
      exchange_id: 'uuid',
      parse_id: 'uuid',
      author: 'text',
      note: 'text',
      purged_revision: 'int',
    },
    rows: versions.map((line) => {
      const text = line.text === null ? null : fromBlobId(line.text);
      return {
        document_id: line.documentId,
        version: line.version,
        run_id: runId,
        revision: line.revision,
        position: line.position,
        at: line.at,
        step_id: line.stepId,
        change: line.change,
        title: line.title,
        status: line.status,
        tags: line.tags,
        metadata: line.metadata,
        sha256: text?.sha256.toString('hex') ?? null,
        encoding: text?.encoding ?? null,
        size: line.text === null ? null : (sizes.get(line.text) ?? null),
        exchange_id: line.exchangeId,
        parse_id: line.parseId,
        author: line.author,
        note: toExactJsonOrNull(line.note),
        purged_revision: line.purgedRevision,
      };
    }),
  });
}

interface LinkRow {
  readonly from_document_id: string;
  readonly from_version: number;
  readonly relation: string;
  readonly to_document_id: string;
  readonly to_version: number;
  readonly run_id: string;
  readonly revision: number;
  removed_revision: number | null;
}

const LINK = {
  from_document_id: 'uuid',
  from_version: 'int',
  relation: 'text',
  to_document_id: 'uuid',
  to_version: 'int',
} as const;

/** Of links that began and ended in these lines only the last may be one that still holds. */
async function writeLinks(sql: Sql, { projectId, runId }: TargetRun, batch: RunBatch): Promise<void> {
  const added: LinkRow[] = [];
  const active = new Map<string, LinkRow>();
  const ended: (LinkRow & { index: number })[] = [];
  const lines = [...batch.links, ...batch.unlinks].sort((a, b) => a.index - b.index);
  for (const line of lines) {
    for (const [relation, to, version] of line.to) {
      const row: LinkRow = {
        from_document_id: line.documentId,
        from_version: line.version,
        relation,
        to_document_id: to,
        to_version: version,
        run_id: runId,
        revision: line.revision,
        removed_revision: null,
      };
      const name = [line.documentId, line.version, relation, to, version].join(' ');
      const here = active.get(name);
      if (line.type === 'links') {
        active.set(name, row);
        added.push(row);
      } else if (here) {
        here.removed_revision = line.revision;
        active.delete(name);
      } else ended.push({ ...row, removed_revision: line.revision, index: line.index });
    }
  }
  for (const { index, ...row } of ended) await endLink(sql, projectId, { row, index });
  const columns = { ...LINK, run_id: 'uuid', revision: 'int', removed_revision: 'int' } as const;
  await insertRows(sql, projectId, { table: 'link', columns, rows: added });
  await insertRows(sql, projectId, {
    table: 'link_accept',
    columns: {
      document_id: 'uuid',
      version: 'int',
      input_document_id: 'uuid',
      input_version: 'int',
      run_id: 'uuid',
      revision: 'int',
    },
    rows: batch.accept.map(({ documentId, version, input, revision }) => ({
      document_id: documentId,
      version,
      input_document_id: input.documentId,
      input_version: input.version,
      run_id: runId,
      revision,
    })),
  });
}

/** One at a time: `links.remove` ends one a revision. */
async function endLink(
  sql: Sql,
  projectId: string,
  { row, index }: { row: LinkRow; index: number },
): Promise<void> {
  const [found] = await sql.query(
    `UPDATE link SET removed_revision = $7
    WHERE project_id = $1 AND from_document_id = $2 AND from_version = $3 AND relation = $4 AND to_document_id = $5
      AND to_version = $6 AND removed_revision IS NULL RETURNING 1`,
    [
      projectId,
      row.from_document_id,
      row.from_version,
      row.relation,
      row.to_document_id,
      row.to_version,
      row.removed_revision,
    ],
  );
  if (!found) throw badLine(index, 'to', 'is a link that is not here');
}
