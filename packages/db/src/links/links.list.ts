import {
  LedgerError,
  type Link,
  type LinkRelation,
  type LinksService,
  type Page,
} from '@stepledger/contract';
import { toPage } from '../cursors.ts';
import { startPage } from '../ledger/as-of.ts';
import type { StoreContext } from '../store-context.ts';
import { Where } from '../where.ts';

interface LinkRow {
  from_document_id: string;
  from_version: number;
  relation: LinkRelation;
  to_document_id: string;
  to_version: number;
  revision: number;
  removed_revision: number | null;
}

type ListLinks = Parameters<LinksService['list']>[0];
type Direction = ListLinks['direction'];

/** The order of each direction: that of the index that finds its links. */
const ORDERS = {
  from: ['from_version', 'relation', 'to_document_id', 'to_version', 'revision'],
  to: ['to_version', 'from_document_id', 'from_version', 'relation', 'revision'],
} as const satisfies Record<Direction, readonly (keyof LinkRow)[]>;

const CURSOR_TYPES = {
  from: ['number', 'string', 'uuid', 'number', 'number'],
  to: ['number', 'uuid', 'number', 'string', 'number'],
} as const;

/** What a document builds on (`from`), or what builds on it (`to`), in the order of its versions. */
export async function listLinks(context: StoreContext, input: ListLinks): Promise<Page<Link>> {
  const { documentId, version, direction, limit } = input;
  const [columns, types] = [ORDERS[direction], CURSOR_TYPES[direction]];
  const list = `links.${direction}`;
  const page = await startPage(context, input, { list, types, target: { documentId } });
  const where = new Where('l', context.scope.projectId);
  where.and(`l.${direction}_document_id = ?`, documentId);
  if (version !== undefined) where.and(`l.${direction}_version = ?`, version);
  const removedRevision = standing(where, input, page.revision);
  where.after(columns, types, page);
  const rows = await context.connection.query<LinkRow>(
    `SELECT from_document_id, from_version, relation, to_document_id, to_version, revision,
      ${removedRevision} AS removed_revision
    FROM link l WHERE ${where.sql} ORDER BY ${page.sorted(columns)} LIMIT ${where.bind(limit + 1)}`,
    where.values,
  );
  if (rows.length === 0) await checkDocument(context, documentId, page.revision);
  return toPage(rows, limit, {
    toItem: toLink,
    toCursor: (row) => page.toCursor(columns.map((column) => row[column])),
  });
}

/** Adds which links stand, now or as of a revision; answers SQL of when each was removed, as far as that was known. */
function standing(
  where: Where,
  { documentId, direction, includeRemoved }: ListLinks,
  revision: number | null,
): string {
  if (revision === null) {
    if (!includeRemoved) where.and('l.removed_revision IS NULL');
    return 'l.removed_revision';
  }
  const number = where.bind(revision);
  where.and(`l.revision <= ${number}`);
  if (!includeRemoved) where.and(`(l.removed_revision IS NULL OR l.removed_revision > ${number})`);
  // Links that documents of other runs have to this one stand in those runs' ledgers, which count by themselves.
  if (direction === 'to') {
    where.and(
      'l.run_id = (SELECT d.run_id FROM document d WHERE d.project_id = $1 AND d.id = ?)',
      documentId,
    );
  }
  return `CASE WHEN l.removed_revision <= ${number} THEN l.removed_revision END`;
}

async function checkDocument(
  { connection, scope }: StoreContext,
  documentId: string,
  revision: number | null,
): Promise<void> {
  const where = new Where('d', scope.projectId);
  where.and('d.id = ?', documentId);
  if (revision !== null) where.and('d.created_revision <= ?', revision);
  const rows = await connection.query(`SELECT 1 FROM document d WHERE ${where.sql}`, where.values);
  if (rows.length === 0) throw new LedgerError('NOT_FOUND', { type: 'document', id: documentId });
}

function toLink(row: LinkRow): Link {
  return {
    from: { documentId: row.from_document_id, version: row.from_version },
    relation: row.relation,
    to: { documentId: row.to_document_id, version: row.to_version },
    revision: row.revision,
    removedRevision: row.removed_revision,
  };
}
