import {
  LedgerError,
  type Link,
  type LinkRelation,
  type LinksService,
  type Page,
} from '@stepledger/contract';
import { fromCursor, toCursor, toPage } from '../cursors.ts';
import type { StoreContext } from '../store-context.ts';

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
export async function listLinks({ connection, scope }: StoreContext, input: ListLinks): Promise<Page<Link>> {
  const { documentId, version, direction, includeRemoved, limit } = input;
  const list = `links.${direction}`;
  const after = fromCursor(list, CURSOR_TYPES[direction], input.cursor);
  const values: (string | number)[] = [scope.projectId, documentId];
  const bind = (value: string | number) => `$${values.push(value)}`;
  const order = ORDERS[direction].join(', ');
  const conditions = [
    version === undefined ? '' : `AND ${direction}_version = ${bind(version)}`,
    includeRemoved ? '' : 'AND removed_revision IS NULL',
    after === null ? '' : `AND (${order}) > (${after.map(bind).join(', ')})`,
  ];
  const rows = await connection.query<LinkRow>(
    `SELECT from_document_id, from_version, relation, to_document_id, to_version, revision, removed_revision
    FROM link WHERE project_id = $1 AND ${direction}_document_id = $2 ${conditions.join(' ')}
    ORDER BY ${order} LIMIT ${bind(limit + 1)}`,
    values,
  );
  if (rows.length === 0) await checkDocument({ connection, scope }, documentId);
  return toPage(rows, limit, {
    toItem: toLink,
    toCursor: (row) =>
      toCursor(
        list,
        ORDERS[direction].map((column) => row[column]),
      ),
  });
}

async function checkDocument(
  { connection, scope }: Pick<StoreContext, 'connection' | 'scope'>,
  documentId: string,
): Promise<void> {
  const rows = await connection.query('SELECT 1 FROM document WHERE project_id = $1 AND id = $2', [
    scope.projectId,
    documentId,
  ]);
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
