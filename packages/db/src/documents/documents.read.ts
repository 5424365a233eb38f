import { type Document, type DocumentsService, LedgerError, type Page } from '@stepledger/contract';
import { readTexts } from '../blobs/read-texts.ts';
import type { Sql } from '../connection.ts';
import { fromCursor, toCursor, toPage } from '../cursors.ts';
import { requireRun } from '../runs/require-run.ts';
import type { StoreContext } from '../store-context.ts';
import { Where } from '../where.ts';
import { cutToTextBytes, type DocumentRow, SELECT_DOCUMENT, toDocument } from './document-row.ts';

type Input<Method extends keyof DocumentsService> = Parameters<DocumentsService[Method]>[0];

/** Reads one version of a document, the head when none is named. */
export async function getDocument(context: StoreContext, input: Input<'get'>): Promise<Document> {
  const [where, name, values] =
    'documentId' in input
      ? ['d.id = $3', input.documentId, [input.documentId]]
      : [
          'd.run_id = $3 AND d.kind = $4 AND d.key = $5',
          `${input.kind}/${input.key ?? input.kind}`,
          [input.runId, input.kind, input.key ?? input.kind],
        ];
  const [row] = await context.connection.query<DocumentRow>(
    `${SELECT_DOCUMENT} AND v.version = coalesce($2, d.head_version) WHERE d.project_id = $1 AND ${where}`,
    [context.scope.projectId, input.version ?? null, ...values],
  );
  if (!row) throw await notFound(context, input, name);
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

/** Tells a document that is not there from a version that it does not have. */
async function notFound(context: StoreContext, input: Input<'get'>, name: string): Promise<LedgerError> {
  if (!('documentId' in input)) await requireRun(context.connection, context.scope.projectId, input.runId);
  const { version, ...head } = input;
  if (version === undefined) return new LedgerError('NOT_FOUND', { type: 'document', id: name });
  await getDocument(context, { ...head, withText: false, includeDeleted: true });
  return new LedgerError('NOT_FOUND', { type: 'document version', id: `${name}@${version}` });
}

/** Lists heads; within a run in the order in which the documents came to be. */
export async function listDocuments(context: StoreContext, input: Input<'list'>): Promise<Page<Document>> {
  const { connection, scope } = context;
  const list = input.runId === undefined ? 'documents' : 'documents of a run';
  const where = new Where('d', scope.projectId);
  if (input.runId !== undefined) where.and('d.run_id = ?', input.runId);
  if (input.kind !== undefined) where.and('d.kind = ?', input.kind);
  if (input.status !== undefined) where.and('d.head_status = ?', input.status);
  if (input.tags.length > 0) where.and(`d.head_tags @> ?::text[] AND d.head_tags <> '{}'`, input.tags);
  if (!input.includeDeleted) where.and('NOT d.head_deleted');
  if (input.step) {
    where.and('s.name = ?', input.step.name);
    if (input.step.key !== undefined) where.and('s.key = ?', input.step.key);
  }
  const order = input.runId === undefined ? ['d.id'] : ['d.created_revision', 'd.id'];
  const types = input.runId === undefined ? (['uuid'] as const) : (['number', 'uuid'] as const);
  where.after(order, types, fromCursor(list, types, input.cursor));
  const rows = await connection.query<DocumentRow>(
    `${SELECT_DOCUMENT} AND v.version = d.head_version
    WHERE ${where.sql} ORDER BY ${order.join(', ')} LIMIT ${where.bind(input.limit + 1)}`,
    where.values,
  );
  if (rows.length === 0 && input.runId !== undefined)
    await requireRun(connection, scope.projectId, input.runId);
  return documentPage(context, rows, {
    ...input,
    toCursor: (row) => toCursor(list, input.runId === undefined ? [row.id] : [row.created_revision, row.id]),
  });
}

/**
 * Every document that a step wrote, at the newest version that it wrote, in the order of writing; for all steps of
 * the name when no key is given, for all runs when no run is given.
 */
export async function listDocumentsByStep(
  context: StoreContext,
  input: Input<'byStep'>,
): Promise<Page<Document>> {
  const { connection, scope } = context;
  const where = new Where('d', scope.projectId);
  where.and('s.name = ?', input.step.name);
  if (input.step.key !== undefined) where.and('s.key = ?', input.step.key);
  if (input.runId !== undefined) where.and('s.run_id = ?', input.runId);
  if (input.kind !== undefined) where.and('d.kind = ?', input.kind);
  if (!input.includeDeleted) where.and(input.at === 'head' ? 'NOT d.head_deleted' : `w.change <> 'delete'`);
  // Within a run by the ledger; across runs step by step, in the order in which the steps were made.
  const order =
    input.runId === undefined ? ['s.id', 'w.revision', 'w.position'] : ['w.revision', 'w.position', 's.id'];
  const types =
    input.runId === undefined
      ? (['uuid', 'number', 'number'] as const)
      : (['number', 'number', 'uuid'] as const);
  where.after(order, types, fromCursor('documents of a step', types, input.cursor));
  const rows = await connection.query<
    DocumentRow & { written_revision: number; written_position: number; written_step: string }
  >(
    `SELECT shown.*, w.revision AS written_revision, w.position AS written_position, s.id AS written_step
    FROM step s
    JOIN document_version w ON w.project_id = s.project_id AND w.step_id = s.id
    JOIN document d ON d.project_id = w.project_id AND d.id = w.document_id
    CROSS JOIN LATERAL (
      ${SELECT_DOCUMENT} AND v.version = ${input.at === 'head' ? 'd.head_version' : 'w.version'}
      WHERE d.project_id = w.project_id AND d.id = w.document_id
    ) shown
    WHERE s.project_id = $1 AND ${where.sql} AND NOT EXISTS (
      SELECT FROM document_version n WHERE n.project_id = w.project_id AND n.document_id = w.document_id
        AND n.step_id = w.step_id AND n.version > w.version)
    ORDER BY ${order.join(', ')} LIMIT ${where.bind(input.limit + 1)}`,
    where.values,
  );
  if (rows.length === 0 && input.runId !== undefined)
    await requireRun(connection, scope.projectId, input.runId);
  return documentPage(context, rows, {
    ...input,
    toCursor: (row) =>
      toCursor(
        'documents of a step',
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
async function documentPage<Row extends DocumentRow>(
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
