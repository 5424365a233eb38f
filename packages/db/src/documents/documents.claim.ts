import {
  type ClaimDocument,
  type ClaimedDocument,
  type ClaimLease,
  type DocumentsService,
  LedgerError,
  type ReleasedClaim,
} from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import { commit, writeRequest } from '../ledger/commit.ts';
import type { Part } from '../ledger/part.ts';
import { lockRun, type RunLock, takeRevision } from '../ledger/run-lock.ts';
import { Statement } from '../ledger/statement.ts';
import { findAnswer, isRace, type MutationRequest, mutateOnce, toRequest } from '../requests/requests.ts';
import { requireRun } from '../runs/require-run.ts';
import type { StoreContext } from '../store-context.ts';
import { inTransaction } from '../transaction-sql.ts';
import { Where } from '../where.ts';
import { IS_READY, READY_ORDER } from './documents.ready.ts';

type Input<Method extends keyof DocumentsService> = Parameters<DocumentsService[Method]>[0];

/**
 * Hands the next ready document to one holder, as an entry of the run.
 *
 * One transaction that locks the run by a statement of its own rather than one statement: what is ready depends on
 * other documents and on links, which a statement whose snapshot is older than the lock would see as they were. Whoever
 * finds nothing ready, as many do again and again, takes no lock.
 */
export async function claimDocument(context: StoreContext, input: Input<'claim'>): Promise<ClaimDocument> {
  const { connection, scope } = context;
  const request = toRequest('documents.claim', input);
  if (!(await isAnyReady(connection, scope.projectId, input))) {
    const answer = await findAnswer(context, request);
    if (answer !== null) return JSON.parse(answer) as ClaimDocument;
    await requireRun(connection, scope.projectId, input.runId);
    return { claimed: null };
  }
  return mutateOnce(context, request, async (db) => {
    const sql = inTransaction(db);
    const run = await lockRun(sql, scope.projectId, { runId: input.runId });
    const found = await takeNext(sql, run, input);
    if (!found) return { claimed: null };
    const change = found.lapsed_holder === null ? 'claim' : 'take_over';
    const { revision, at } = await takeRevision(sql, run, {
      actor: scope.actor,
      kind: 'documents.claim',
      changes: [{ what: 'claim', id: found.id, change }],
    });
    return { claimed: toClaimed(found, { ...run, revision, at }, input) };
  });
}

function selectNext(where: Where, { runId, kind }: Input<'claim'>): string {
  where.and('d.run_id = ?', runId);
  if (kind !== undefined) where.and('d.kind = ?', kind);
  return `SELECT d.id, d.claim_holder FROM document d WHERE ${where.sql} AND ${IS_READY}
    ORDER BY ${READY_ORDER.join(', ')} LIMIT 1`;
}

async function isAnyReady(sql: Sql, projectId: string, input: Input<'claim'>): Promise<boolean> {
  const where = new Where('d', projectId);
  const rows = await sql.query(selectNext(where, input), where.values);
  return rows.length > 0;
}

interface TakenRow {
  id: string;
  kind: string;
  key: string;
  head_version: number;
  lapsed_holder: string | null;
}

/** The row's lock, since a lapsed claim may be renewed by its holder, which takes no lock of the run. */
async function takeNext(
  sql: Sql,
  { projectId, revision }: RunLock,
  input: Input<'claim'>,
): Promise<TakenRow | undefined> {
  const where = new Where('d', projectId);
  const [taken] = await sql.query<TakenRow>(
    `WITH next AS (${selectNext(where, input)} FOR UPDATE OF d)
    UPDATE document d SET claim_holder = ${where.bind(input.holder)}, claim_revision = ${where.bind(revision + 1)},
      claim_until = clock_timestamp() + make_interval(secs => ${where.bind(input.leaseSeconds)})
    FROM next n WHERE d.project_id = $1 AND d.id = n.id
    RETURNING d.id, d.kind, d.key, d.head_version, n.claim_holder AS lapsed_holder`,
    where.values,
  );
  return taken;
}

function toClaimed(
  { id, kind, key, head_version: version, lapsed_holder }: TakenRow,
  { runId, revision, at }: Pick<RunLock, 'runId' | 'revision' | 'at'>,
  { holder, leaseSeconds }: Input<'claim'>,
): ClaimedDocument {
  return {
    runId,
    revision,
    at,
    documentId: id,
    kind,
    key,
    version,
    claim: revision,
    holder,
    leaseRemainingMs: Math.floor(leaseSeconds * 1000),
    takenOverFrom: lapsed_holder,
  };
}

/**
 * Begins the lease of a claim anew: no lock of the run, no revision, no entry. Also one that ran out, as long as nobody
 * has taken the document over.
 */
export async function renewClaim(context: StoreContext, input: Input<'renew'>): Promise<ClaimLease> {
  const { connection, scope } = context;
  const request = toRequest('documents.renew', input);
  const { text, values } = toRenewal(scope.projectId, input, request);
  try {
    const [renewed] = await connection.query<{ result: ClaimLease }>(text, values);
    if (renewed) return renewed.result;
  } catch (error) {
    const answer = isRace(error) ? await findAnswer(context, request) : null;
    if (answer === null) throw error;
    return JSON.parse(answer) as ClaimLease;
  }
  const answer = await findAnswer(context, request);
  if (answer !== null) return JSON.parse(answer) as ClaimLease;
  throw await lostClaim(connection, scope.projectId, input);
}

function toRenewal(projectId: string, input: Input<'renew'>, request: MutationRequest) {
  const { documentId, claim, leaseSeconds } = input;
  const statement = new Statement();
  const project = statement.bind(projectId, 'uuid');
  const lease: ClaimLease = { documentId, claim, leaseRemainingMs: Math.floor(leaseSeconds * 1000) };
  statement.with(
    'renewed',
    `UPDATE document SET claim_until = clock_timestamp() + make_interval(secs => ${statement.bind(leaseSeconds, 'float8')})
    WHERE project_id = ${project} AND id = ${statement.bind(documentId, 'uuid')}
      AND claim_revision = ${statement.bind(claim, 'int')}
    RETURNING id`,
  );
  statement.with('answer', `SELECT ${statement.bind(JSON.stringify(lease), 'jsonb')} AS result FROM renewed`);
  writeRequest({ statement, project }, request);
  return { text: statement.text('SELECT result FROM answer'), values: statement.values };
}

/** Gives a claimed document back before it is finished, as an entry of the run. */
export async function releaseClaim(context: StoreContext, input: Input<'release'>): Promise<ReleasedClaim> {
  const { documentId, claim } = input;
  const receipt = await commit(context, {
    request: toRequest('documents.release', input),
    target: { documentId },
    parts: [releasePart(input)],
  });
  return { ...receipt, documentId, claim };
}

function releasePart(input: Input<'release'>): Part {
  return {
    write({ statement, project }) {
      statement.with(
        'released',
        `UPDATE document d SET claim_holder = NULL, claim_until = NULL, claim_revision = NULL FROM run_head r
        WHERE d.project_id = ${project} AND d.id = ${statement.bind(input.documentId, 'uuid')}
          AND d.claim_revision = ${statement.bind(input.claim, 'int')} AND d.run_id = r.id
        RETURNING d.id`,
      );
      return {
        conditions: ['EXISTS (SELECT FROM released)'],
        changes: [
          `(SELECT jsonb_agg(jsonb_build_object('what', 'claim', 'id', id, 'change', 'release')) FROM released)`,
        ],
      };
    },
    explain: (sql, { projectId }) => lostClaim(sql, projectId, input),
  };
}

/** Why a claim could not be renewed or released; it does not come back, as its revision is taken once. */
async function lostClaim(
  sql: Sql,
  projectId: string,
  { documentId, claim }: Pick<Input<'release'>, 'documentId' | 'claim'>,
): Promise<LedgerError> {
  const [found] = await sql.query<{ claim_holder: string | null }>(
    'SELECT claim_holder FROM document WHERE project_id = $1 AND id = $2',
    [projectId, documentId],
  );
  if (!found) return new LedgerError('NOT_FOUND', { type: 'document', id: documentId });
  return new LedgerError('CLAIM_LOST', { documentId, claim, holder: found.claim_holder });
}
