import type { DocumentsService, HeldClaim, Page } from '@stepledger/contract';
import { fromCursor, toCursor, toPage } from '../cursors.ts';
import { requireRun } from '../runs/require-run.ts';
import type { StoreContext } from '../store-context.ts';
import { Where } from '../where.ts';

const LIST = 'claims';
const TYPES = ['number', 'uuid'] as const;
const ORDER = ['d.claim_revision', 'd.id'] as const;

interface ClaimRow {
  id: string;
  kind: string;
  key: string;
  head_version: number;
  claim_revision: number;
  claim_holder: string;
  lease_ms: number;
}

/** Lists the claims in a run, those first that were taken first, the lapsed ones too. */
export async function listClaims(
  { connection, scope }: StoreContext,
  input: Parameters<DocumentsService['claims']>[0],
): Promise<Page<HeldClaim>> {
  const where = new Where('d', scope.projectId);
  where.and('d.run_id = ?', input.runId);
  where.and('d.claim_revision IS NOT NULL AND d.claim_holder IS NOT NULL');
  if (input.kind !== undefined) where.and('d.kind = ?', input.kind);
  where.after(ORDER, TYPES, { after: fromCursor(LIST, TYPES, input.cursor) });
  const rows = await connection.query<ClaimRow>(
    `SELECT d.id, d.kind, d.key, d.head_version, d.claim_revision, d.claim_holder,
      greatest(floor(extract(epoch FROM d.claim_until - clock_timestamp()) * 1000), 0)::int AS lease_ms
    FROM document d WHERE ${where.sql} ORDER BY ${ORDER.join(', ')} LIMIT ${where.bind(input.limit + 1)}`,
    where.values,
  );
  if (rows.length === 0) await requireRun(connection, scope.projectId, input.runId);
  return toPage(rows, input.limit, {
    toItem: (row) => ({
      documentId: row.id,
      kind: row.kind,
      key: row.key,
      version: row.head_version,
      claim: row.claim_revision,
      holder: row.claim_holder,
      leaseRemainingMs: row.lease_ms,
    }),
    toCursor: (row) => toCursor(LIST, [row.claim_revision, row.id]),
  });
}
