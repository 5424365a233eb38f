import { LIMITS, type RowLineOf } from '@stepledger/contract';
import { fromExactJsonOrNull } from '../exact-json.ts';
import { blobId, exactTime } from './columns.ts';
import { inRange, type RowOf, rowRead } from './row-read.ts';

const documents = rowRead<RowOf<RowLineOf<'document'>>>({
  what: 'document',
  sql: `SELECT d.created_revision AS at_revision, d.id, d.kind, d.key, ${exactTime('d.created_at')} AS "createdAt",
      d.origin_id AS "originId"
    FROM document d WHERE d.project_id = :project AND d.run_id = :run AND ${inRange('d.created_revision')}
    ORDER BY d.created_revision, d.id`,
  toLines: (rows) => rows.map(({ at_revision: _, ...document }) => ({ type: 'document', ...document })),
});

const versions = rowRead<RowOf<RowLineOf<'version'>, 'note'>>({
  what: 'document',
  sql: `SELECT v.revision AS at_revision, v.document_id AS "documentId", v.version, v.position, ${exactTime('v.at')} AS at,
      v.change, v.step_id AS "stepId", v.exchange_id AS "exchangeId", v.parse_id AS "parseId", v.title, v.status, v.tags,
      v.metadata, v.author, v.note, ${blobId('v.sha256', 'v.encoding')} AS text, v.purged_revision AS "purgedRevision"
    FROM document_version v WHERE v.project_id = :project AND v.run_id = :run AND ${inRange('v.revision')}
    ORDER BY v.revision, v.position, v.document_id`,
  toLines: (rows) =>
    rows.map(({ at_revision: _, ...version }) => ({
      type: 'version',
      ...version,
      note: fromExactJsonOrNull<string>(version.note),
    })),
});

interface LinkRow {
  at_revision: number;
  from_document_id: string;
  from_version: number;
  relation: RowLineOf<'links'>['to'][number][0];
  to_document_id: string;
  to_version: number;
}

function links(type: 'links' | 'unlinks', revision: string) {
  return rowRead<LinkRow>({
    what: 'link',
    sql: `SELECT ${revision} AS at_revision, l.from_document_id, l.from_version, l.relation, l.to_document_id, l.to_version
      FROM link l WHERE l.project_id = :project AND l.run_id = :run AND l.from_document_id = ANY (:ids)
        AND ${inRange(revision)}
      ORDER BY ${revision}, l.from_document_id, l.from_version, l.relation COLLATE "C", l.to_document_id, l.to_version,
        l.revision`,
    toLines: (rows) => {
      const lines: RowLineOf<'links' | 'unlinks'>[] = [];
      for (const { from_document_id: documentId, from_version: version, ...row } of rows) {
        const to: LinkTo = [row.relation, row.to_document_id, row.to_version];
        const last = lines.at(-1);
        const fits =
          last?.documentId === documentId && last.version === version && last.to.length < LIMITS.maxLinks;
        if (fits) last.to.push(to);
        else lines.push({ type, documentId, version, to: [to] });
      }
      return lines;
    },
  });
}

type LinkTo = RowLineOf<'links'>['to'][number];

const accepts = rowRead<RowOf<RowLineOf<'accept'>>>({
  what: 'link',
  sql: `SELECT a.revision AS at_revision, a.document_id AS "documentId", a.version,
      json_build_object('documentId', a.input_document_id, 'version', a.input_version) AS input
    FROM link_accept a WHERE a.project_id = :project AND a.run_id = :run AND a.document_id = ANY (:ids)
      AND ${inRange('a.revision')}
    ORDER BY a.revision, a.document_id, a.version, a.input_document_id, a.input_version`,
  toLines: (rows) => rows.map(({ at_revision: _, ...accept }) => ({ type: 'accept', ...accept })),
});

/** Documents with their versions and what they build on. */
export const DOCUMENT_READS = [
  documents,
  versions,
  links('links', 'l.revision'),
  links('unlinks', 'l.removed_revision'),
  accepts,
];
