import { type Document, type DocumentsService, FINISHED_STATUSES, type Page } from '@stepledger/contract';
import { fromCursor, toCursor } from '../cursors.ts';
import { requireRun } from '../runs/require-run.ts';
import type { StoreContext } from '../store-context.ts';
import { Where } from '../where.ts';
import { type DocumentRow, SELECT_DOCUMENT } from './document-row.ts';
import { documentPage } from './documents.read.ts';

const FINISHED = FINISHED_STATUSES.map((status) => `'${status}'`).join(', ');

/**
 * SQL of whether work on the document `d` may begin: it is open, nobody holds a claim on it, and all that it depends
 * on is finished or gone.
 *
 * One in progress is ready only once the claim under which somebody worked on it has lapsed. A document depends on
 * what any of its versions depends on, until the link is removed: else a correction of its text would set it free.
 *
 * The first two conditions are those of the index `document_unfinished`. The OFFSET keeps the dependencies a look-up a
 * document: as a join the planner read all links of the project.
 */
export const IS_READY = `NOT d.head_deleted
  AND (d.head_status IS NULL OR d.head_status = 'open' OR d.head_status = 'in_progress')
  AND (d.claim_until IS NULL OR d.claim_until <= clock_timestamp())
  AND (d.claim_until IS NOT NULL OR d.head_status IS DISTINCT FROM 'in_progress')
  AND NOT EXISTS (
    SELECT FROM link l JOIN document t ON t.project_id = l.project_id AND t.id = l.to_document_id
    WHERE l.project_id = d.project_id AND l.from_document_id = d.id AND l.relation = 'depends_on'
      AND l.removed_revision IS NULL AND NOT t.head_deleted
      AND (t.head_status IS NULL OR t.head_status NOT IN (${FINISHED}))
    OFFSET 0)`;

/** The order in which documents are handed out: that in which they came to be. */
export const READY_ORDER = ['d.created_revision', 'd.id'] as const;

const LIST = 'ready documents';
const TYPES = ['number', 'uuid'] as const;

/** Lists the documents of a run that work may begin on, oldest first. */
export async function listReady(
  context: StoreContext,
  input: Parameters<DocumentsService['ready']>[0],
): Promise<Page<Document>> {
  const { connection, scope } = context;
  const where = new Where('d', scope.projectId);
  where.and('d.run_id = ?', input.runId);
  if (input.kind !== undefined) where.and('d.kind = ?', input.kind);
  if (input.step) {
    where.and('s.name = ?', input.step.name);
    if (input.step.key !== undefined) where.and('s.key = ?', input.step.key);
  }
  where.and(IS_READY);
  where.after(READY_ORDER, TYPES, { after: fromCursor(LIST, TYPES, input.cursor) });
  const rows = await connection.query<DocumentRow>(
    `${SELECT_DOCUMENT} AND v.version = d.head_version
    WHERE ${where.sql} ORDER BY ${READY_ORDER.join(', ')} LIMIT ${where.bind(input.limit + 1)}`,
    where.values,
  );
  if (rows.length === 0) await requireRun(connection, scope.projectId, input.runId);
  return documentPage(context, rows, {
    ...input,
    toCursor: (row) => toCursor(LIST, [row.created_revision, row.id]),
  });
}
