import { type AcceptedLinks, LedgerError, type LinksService } from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import { type Committed, commit } from '../ledger/commit.ts';
import type { CommitScope, Written } from '../ledger/part.ts';
import { toRequest } from '../requests/requests.ts';
import type { StoreContext } from '../store-context.ts';

type Input = Parameters<LinksService['accept']>[0];

/**
 * Says that a version is fine with its inputs as they are in the versions named.
 *
 * Nothing is asked of the heads: what was accepted holds as long as the input's head says the same as the version that
 * was looked at, and an input that has moved on since is stale as before.
 */
export async function acceptLinks(context: StoreContext, input: Input): Promise<AcceptedLinks> {
  const { documentId, version, inputs } = input;
  const receipt = await commit<Committed>(context, {
    request: toRequest('links.accept', input),
    target: { documentId },
    parts: [
      {
        write: (scope) => writeAccepts(scope, input),
        explain: (sql, { projectId }) => explainAccept(sql, projectId, input),
      },
    ],
  });
  return { ...receipt, documentId, version, inputs };
}

function writeAccepts({ statement, project }: CommitScope, { documentId, version, inputs }: Input): Written {
  const versionExists = (id: string, number: string) =>
    `SELECT FROM document_version v WHERE v.project_id = ${project} AND v.document_id = ${id} AND v.version = ${number}`;
  const [id, number] = [statement.bind(documentId, 'uuid'), statement.bind(version, 'int')];
  statement.with(
    'accepted',
    `INSERT INTO link_accept (project_id, document_id, version, input_document_id, input_version, run_id, revision)
    SELECT DISTINCT ${project}, ${id}, ${number}, i."documentId", i.version, r.id, r.revision
    FROM run_head r CROSS JOIN ${inputRows(statement.bind(JSON.stringify(inputs), 'jsonb'))}
    WHERE EXISTS (${versionExists(id, number)})
      AND EXISTS (${versionExists('i."documentId"', 'i.version')})
    RETURNING 1`,
  );
  const distinct = new Set(inputs.map((input) => `${input.documentId.toLowerCase()}@${input.version}`)).size;
  return {
    conditions: [`(SELECT count(*) FROM accepted) = ${statement.bind(distinct, 'int')}`],
    changes: [
      `jsonb_build_array(jsonb_build_object('what', 'link', 'id', ${id}, 'version', ${number}, 'change', 'accept'))`,
    ],
  };
}

/** The first version that is not there; null when all are. */
async function explainAccept(
  sql: Sql,
  projectId: string,
  { documentId, version, inputs }: Input,
): Promise<LedgerError | null> {
  const [missing] = await sql.query<{ id: string }>(
    `SELECT i."documentId" || '@' || i.version AS id FROM ${inputRows('$2::jsonb')}
    WHERE NOT EXISTS (SELECT FROM document_version v
      WHERE v.project_id = $1 AND v.document_id = i."documentId" AND v.version = i.version)
    LIMIT 1`,
    [projectId, JSON.stringify([{ documentId, version }, ...inputs])],
  );
  return missing ? new LedgerError('NOT_FOUND', { type: 'document version', id: missing.id }) : null;
}

function inputRows(json: string): string {
  return `jsonb_to_recordset(${json}) AS i("documentId" uuid, version int)`;
}
