import { type Document, type DocumentsService, LedgerError, type Page } from '@stepledger/contract';
import { readTexts } from '../blobs/read-texts.ts';
import type { Sql } from '../connection.ts';
import { fromCursor, toCursor, toPage } from '../cursors.ts';
import { findRevision, startPage } from '../ledger/as-of.ts';
import type { RunTarget } from '../ledger/run-target.ts';
import { requireRun } from '../runs/require-run.ts';
import type { StoreContext } from '../store-context.ts';
import { Where } from '../where.ts';
import {
  cutToTextBytes,
  type DocumentRow,
  documentSource,
  headSource,
  SELECT_DOCUMENT,
  toDocument,
} from './document-row.ts';

type Input<Method extends keyof DocumentsService> = Parameters<DocumentsService[Method]>[0];

/** Reads one version of a document, the head when none is named. */
export async function getDocument(context: StoreContext, input: Input<'get'>): Promise<Document> {
  const { asOf } = input;
  const revision = asOf ? await findRevision(context, targetOf(input), asOf) : null;
  const where = new Where('d', context.scope.projectId);
  if ('documentId' in input) where.and('d.id = ?', input.documentId);
  else where.and('d.run_id = ? AND d.kind = ? AND d.key = ?', input.runId, input.kind, keyOf(input));
  const { select, head } = documentSource(where, revision);
  if (revision !== null) where.and(`v.version <= ${head}`);
  const version = where.bind(input.version ?? null);
  const [row] = await context.connection.query<DocumentRow>(
    `${select} AND v.version = coalesce(${version}, ${head}) WHERE ${where.sql}`,
    where.values,
  );
  if (!row) throw await notFound(context, input);
  if (row.change === 'delete' && !input.includeDeleted) {
    throw new LedgerError('DELETED', { type: 'document', id: row.id, version: row.version });
  }
  if (row.purged && input.withText) {
    throw new LedgerError('PURGED', { type: 'document', id: row.id, version: row.version });
  }
  const [document] = await withTexts(context, [row], input.withText);
  if (!document) throw new Error('One row makes one document');
  return document;
}

function targetOf(input: Input<'get'>): RunTarget {
  return 'documentId' in input ? { documentId: input.documentId } : { runId: input.runId };
}

function keyOf({ kind, key = kind }: { kind: string; key?: string | undefined }): string {
  return key;
}

/** Tells a document that is not there from a version that it does not have. */
async function notFound(context: StoreContext, input: Input<'get'>): Promise<LedgerError> {
  const name = 'documentId' in input ? input.documentId : `${input.kind}/${keyOf(input)}`;
  if (!('documentId' in input)) await requireRun(context.connection, context.scope.projectId, input.runId);
  const { version, ...head } = input;
  if (version === undefined) return new LedgerError('NOT_FOUND', { type: 'document', id: name });
  await getDocument(context, { ...head, withText: false, includeDeleted: true });
  return new LedgerError('NOT_FOUND', { type: 'document version', id: `${name}@${version}` });
}

/** Conditions on what the head of a document shows: by its own row, whose columns have indexes, or by the version. */
const SHOWN = {
  head: {
    status: 'd.head_status = ?',
    tags: `d.head_tags @> ?::text[] AND d.head_tags <> '{}'`,
    exists: 'NOT d.head_deleted',
  },
  past: { status: 'v.status = ?', tags: 'v.tags @> ?::text[]', exists: `v.change <> 'delete'` },
} as const;

/** Lists heads; within a run in the order in which the documents came to be, or the other way round. */
export async function listDocuments(context: StoreContext, input: Input<'list'>): Promise<Page<Document>> {
  const { connection, scope } = context;
  const list = input.runId === undefined ? 'documents' : 'documents of a run';
  const order = input.runId === undefined ? ['d.id'] : ['d.created_revision', 'd.id'];
  const types = input.runId === undefined ? (['uuid'] as const) : (['number', 'uuid'] as const);
  const target = input.runId === undefined ? undefined : { runId: input.runId };
  const page = await startPage(context, input, { list, types, target });
  const where = new Where('d', scope.projectId);
  // Across runs, a document that nobody wrote to since it came with a fork is that of the run that it came from.
  if (input.runId === undefined) where.and('NOT d.inherited');
  else where.and('d.run_id = ?', input.runId);
  if (input.kind !== undefined) where.and('d.kind = ?', input.kind);
  const { select, isHead, revision } = headSource(where, page.revision);
  if (revision !== null) where.and(`d.created_revision <= ${revision}`);
  const shown = SHOWN[page.revision === null ? 'head' : 'past'];
  if (input.status !== undefined) where.and(shown.status, input.status);
  if (input.tags.length > 0) where.and(shown.tags, input.tags);
  if (!input.includeDeleted) where.and(shown.exists);
  if (input.step) {
    where.and('s.name = ?', input.step.name);
    if (input.step.key !== undefined) where.and('s.key = ?', input.step.key);
  }
  where.after(order, types, page);
  const rows = await connection.query<DocumentRow>(
    `${select} AND ${isHead}
    WHERE ${where.sql} ORDER BY ${page.sorted(order)} LIMIT ${where.bind(input.limit + 1)}`,
    where.values,
  );
  if (rows.length === 0 && input.runId !== undefined)
    await requireRun(connection, scope.projectId, input.runId);
  return documentPage(context, rows, {
    ...input,
    toCursor: (row) => page.toCursor(input.runId === undefined ? [row.id] : [row.created_revision, row.id]),
  });
}

/** That a version was written in its run, and did not come with the fork; only in steps that did, there may be both. */
const WRITTEN_HERE = `(s.origin_id IS NULL OR w.revision > (
  SELECT r.forked_at_revision FROM run r WHERE r.project_id = s.project_id AND r.id = s.run_id))`;

/**
 * Every document that a step wrote, at the newest version that it wrote, in the order of writing; for all steps of
 * the name when no key is given, for all runs when no run is given. Or the other way round.
 */
export async function listDocumentsByStep(
  context: StoreContext,
  input: Input<'byStep'>,
): Promise<Page<Document>> {
  const { connection, scope } = context;
  // Within a run by the ledger; across runs step by step, in the order in which the steps were made.
  const order =
    input.runId === undefined ? ['s.id', 'w.revision', 'w.position'] : ['w.revision', 'w.position', 's.id'];
  const types =
    input.runId === undefined
      ? (['uuid', 'number', 'number'] as const)
      : (['number', 'number', 'uuid'] as const);
  const target = input.runId === undefined ? undefined : { runId: input.runId };
  const page = await startPage(context, input, { list: 'documents of a step', types, target });
  const where = new Where('d', scope.projectId);
  where.and('s.name = ?', input.step.name);
  if (input.step.key !== undefined) where.and('s.key = ?', input.step.key);
  if (input.runId === undefined) where.and(WRITTEN_HERE);
  else where.and('s.run_id = ?', input.runId);
  if (input.kind !== undefined) where.and('d.kind = ?', input.kind);
  const toSource = input.at === 'head' ? headSource : documentSource;
  const { select, isHead, revision } = toSource(where, page.revision);
  const until = (version: string) => (revision === null ? '' : `AND ${version}.revision <= ${revision}`);
  if (!input.includeDeleted) {
    const atHead = revision === null ? 'NOT d.head_deleted' : `shown.change <> 'delete'`;
    where.and(input.at === 'head' ? atHead : `w.change <> 'delete'`);
  }
  where.after(order, types, page);
  const rows = await connection.query<
    DocumentRow & { written_revision: number; written_position: number; written_step: string }
  >(
    `SELECT shown.*, w.revision AS written_revision, w.position AS written_position, s.id AS written_step
    FROM step s
    JOIN document_version w ON w.project_id = s.project_id AND w.step_id = s.id
    JOIN document d ON d.project_id = w.project_id AND d.id = w.document_id
    CROSS JOIN LATERAL (
      ${select} AND ${input.at === 'head' ? isHead : 'v.version = w.version'}
      WHERE d.project_id = w.project_id AND d.id = w.document_id
    ) shown
    WHERE s.project_id = $1 AND ${where.sql} ${until('w')} AND NOT EXISTS (
      SELECT FROM document_version n WHERE n.project_id = w.project_id AND n.document_id = w.document_id
        AND n.step_id = w.step_id AND n.version > w.version ${until('n')})
    ORDER BY ${page.sorted(order)} LIMIT ${where.bind(input.limit + 1)}`,
    where.values,
  );
  if (rows.length === 0 && input.runId !== undefined)
    await requireRun(connection, scope.projectId, input.runId);
  return documentPage(context, rows, {
    ...input,
    toCursor: (row) =>
      page.toCursor(
        input.runId === undefined
          ? [row.written_step, row.written_revision, row.written_position]
          : [row.written_revision, row.written_position, row.written_step],
      ),
  });
}

/** Every version of a document, oldest first. */
export async function listVersions(context: StoreContext, input: Input<'history'>): Promise<Page<Document>> {
  const { connection, scope } = context;
  const [after] = fromCursor('versions', ['number'], input.cursor) ?? [0];
  const rows = await connection.query<DocumentRow>(
    `${SELECT_DOCUMENT} AND v.version > $3
    WHERE d.project_id = $1 AND d.id = $2 ORDER BY v.version LIMIT $4`,
    [scope.projectId, input.documentId, after ?? 0, input.limit + 1],
  );
  if (rows.length === 0 && input.cursor === undefined) {
    throw new LedgerError('NOT_FOUND', { type: 'document', id: input.documentId });
  }
  return documentPage(context, rows, { ...input, toCursor: (row) => toCursor('versions', [row.version]) });
}

/** Exactly the versions that a parse made, in their order. */
export async function listDocumentsByParse(
  context: StoreContext,
  input: Input<'byParse'>,
): Promise<Page<Document>> {
  const { connection, scope } = context;
  const list = 'documents of a parse';
  const [after = -1] = fromCursor(list, ['number'], input.cursor) ?? [];
  const rows = await connection.query<DocumentRow>(
    `${SELECT_DOCUMENT} WHERE v.project_id = $1 AND v.parse_id = $2 AND v.position > $3
    ORDER BY v.position LIMIT $4`,
    [scope.projectId, input.parseId, after, input.limit + 1],
  );
  if (rows.length === 0) await requireParse(connection, scope.projectId, input.parseId);
  return documentPage(context, rows, { ...input, toCursor: (row) => toCursor(list, [row.position]) });
}

/** Tells a parse that made nothing from one that is not there. @throws NOT_FOUND */
async function requireParse(sql: Sql, projectId: string, parseId: string): Promise<void> {
  const [parse] = await sql.query('SELECT 1 FROM parse WHERE project_id = $1 AND id = $2', [
    projectId,
    parseId,
  ]);
  if (!parse) throw new LedgerError('NOT_FOUND', { type: 'parse', id: parseId });
}

/** A page ends at its limit or when its texts would be more than a page carries. */
export async function documentPage<Row extends DocumentRow>(
  context: StoreContext,
  rows: readonly Row[],
  { limit, withText, toCursor }: { limit: number; withText: boolean; toCursor: (row: Row) => string },
): Promise<Page<Document>> {
  const size = withText ? Math.min(limit, cutToTextBytes(rows)) : limit;
  const page = toPage(rows, size, { toItem: (row) => row, toCursor });
  return { items: await withTexts(context, page.items, withText), nextCursor: page.nextCursor };
}

async function withTexts(
  context: StoreContext,
  rows: readonly DocumentRow[],
  withText: boolean,
): Promise<Document[]> {
  const shown = withText ? rows.filter((row) => row.change !== 'delete' && !row.purged) : [];
  const texts = await readTexts(context, shown);
  return rows.map((row) => toDocument(row, shown.includes(row) ? texts(row) : null));
}
