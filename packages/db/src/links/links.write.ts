import { type ChangedLink, LedgerError, type LinksService, type VersionRef } from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import { commit } from '../ledger/commit.ts';
import type { CommitScope, Part, RunScope } from '../ledger/part.ts';
import { toRequest } from '../requests/requests.ts';
import type { StoreContext } from '../store-context.ts';
import { explainCycle } from './explain-cycle.ts';

type LinkInput = Parameters<LinksService['add']>[0];

/** Adds a link in the ledger of the run that `from` belongs to; one that is there already is ALREADY_EXISTS. */
export function addLink(context: StoreContext, input: LinkInput): Promise<ChangedLink> {
  return changeLink(context, input, {
    procedure: 'links.add',
    part: {
      write(scope) {
        const link = bindLink(scope, input);
        scope.statement.with(
          'changed_link',
          `INSERT INTO link (project_id, from_document_id, from_version, relation, to_document_id, to_version,
            run_id, revision)
          SELECT ${scope.project}, f.document_id, f.version, ${link.relation}, t.document_id, t.version, r.id,
            r.revision
          FROM run_head r
          JOIN document_version f ON f.project_id = ${scope.project} AND f.document_id = ${link.from}
            AND f.version = ${link.fromVersion} AND f.run_id = r.id
          JOIN document_version t ON t.project_id = ${scope.project} AND t.document_id = ${link.to}
            AND t.version = ${link.toVersion}
          RETURNING from_document_id`,
        );
        return written('add');
      },
      explain: (sql, { projectId }) => explainAdd(sql, projectId, input),
      ...(input.relation === 'depends_on'
        ? {
            check: (sql: Sql, { projectId }: RunScope) => explainCycle(sql, projectId, [toDependency(input)]),
          }
        : {}),
    },
  });
}

/** Ends a link; reads of the past still show it. */
export function removeLink(context: StoreContext, input: LinkInput): Promise<ChangedLink> {
  return changeLink(context, input, {
    procedure: 'links.remove',
    part: {
      write(scope) {
        const link = bindLink(scope, input);
        scope.statement.with(
          'changed_link',
          `UPDATE link l SET removed_revision = r.revision FROM run_head r
          WHERE l.project_id = ${scope.project} AND l.from_document_id = ${link.from}
            AND l.from_version = ${link.fromVersion} AND l.relation = ${link.relation}
            AND l.to_document_id = ${link.to} AND l.to_version = ${link.toVersion}
            AND l.run_id = r.id AND l.removed_revision IS NULL
          RETURNING l.from_document_id`,
        );
        return written('remove');
      },
      explain: async (sql, { projectId }) =>
        (await isActive(sql, projectId, input))
          ? null
          : new LedgerError('NOT_FOUND', { type: 'link', id: linkName(input) }),
    },
  });
}

async function changeLink(
  context: StoreContext,
  input: LinkInput,
  { procedure, part }: { procedure: string; part: Part },
): Promise<ChangedLink> {
  const { from, relation, to } = input;
  const receipt = await commit(context, {
    request: toRequest(procedure, input),
    target: { documentId: from.documentId },
    parts: [part],
    checkFirst: true,
  });
  return { ...receipt, from, relation, to };
}

function bindLink({ statement }: CommitScope, { from, relation, to }: LinkInput) {
  return {
    from: statement.bind(from.documentId, 'uuid'),
    fromVersion: statement.bind(from.version, 'int'),
    relation: statement.bind(relation, 'text'),
    to: statement.bind(to.documentId, 'uuid'),
    toVersion: statement.bind(to.version, 'int'),
  };
}

function written(change: 'add' | 'remove') {
  return {
    conditions: ['EXISTS (SELECT FROM changed_link)'],
    changes: [
      `(SELECT jsonb_agg(jsonb_build_object('what', 'link', 'id', from_document_id, 'change', '${change}'))
      FROM changed_link)`,
    ],
  };
}

async function explainAdd(sql: Sql, projectId: string, input: LinkInput): Promise<LedgerError | null> {
  for (const ref of [input.from, input.to]) {
    const [found] = await sql.query(
      'SELECT 1 FROM document_version WHERE project_id = $1 AND document_id = $2 AND version = $3',
      [projectId, ref.documentId, ref.version],
    );
    if (!found) return new LedgerError('NOT_FOUND', { type: 'document version', id: versionName(ref) });
  }
  if (!(await isActive(sql, projectId, input))) return null;
  return new LedgerError('ALREADY_EXISTS', { type: 'link', id: linkName(input) });
}

async function isActive(sql: Sql, projectId: string, { from, relation, to }: LinkInput): Promise<boolean> {
  const [found] = await sql.query(
    `SELECT 1 FROM link WHERE project_id = $1 AND from_document_id = $2 AND from_version = $3 AND relation = $4
      AND to_document_id = $5 AND to_version = $6 AND removed_revision IS NULL`,
    [projectId, from.documentId, from.version, relation, to.documentId, to.version],
  );
  return found !== undefined;
}

function toDependency({ from, to }: LinkInput) {
  return { from: from.documentId, to: to.documentId };
}

function versionName({ documentId, version }: VersionRef): string {
  return `${documentId}@${version}`;
}

function linkName({ from, relation, to }: LinkInput): string {
  return `${versionName(from)} ${relation} ${versionName(to)}`;
}
