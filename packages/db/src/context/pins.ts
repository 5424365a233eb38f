import { type ContextPin, LedgerError } from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { type Candidate, toCandidate, type VersionRow } from './candidates.ts';

interface PinRow extends Omit<VersionRow, 'id' | 'version'> {
  /** Null when the run had no such document then. */
  id: string | null;
  in_run: boolean | null;
  version: number | null;
  /** Null when there is no such version. */
  found_version: number | null;
}

/**
 * Finds the versions that pins name, by one statement; one that two pins name stands once.
 *
 * The OFFSET keeps each a look-up: as a join the planner read all documents of the project.
 *
 * @throws NOT_FOUND for a document or version that is not there as of the revision; BAD_INPUT for the head of another run.
 */
export async function findPins(
  { connection, scope }: StoreContext,
  { runId, pins, revision }: { runId: string; pins: readonly ContextPin[]; revision: number },
): Promise<Candidate[]> {
  if (pins.length === 0) return [];
  const rows = await connection.query<PinRow>(
    `SELECT d.id, d.run_id = $2 AS in_run, d.kind, d.key, w.version, v.version AS found_version, v.change, v.status,
      v.sha256, v.encoding, v.size
    FROM ROWS FROM (jsonb_to_recordset($4::jsonb) AS (id uuid, kind text, key text, version int)) WITH ORDINALITY
      AS p(id, kind, key, version, ord)
    LEFT JOIN LATERAL (SELECT n.* FROM document n
      WHERE n.project_id = $1 AND n.id = coalesce(p.id, (SELECT k.id FROM document k
          WHERE k.project_id = $1 AND k.run_id = $2 AND k.kind = p.kind AND k.key = p.key))
        AND (n.run_id <> $2 OR n.created_revision <= $3) OFFSET 0) d ON true
    LEFT JOIN LATERAL (SELECT coalesce(p.version, (SELECT n.version FROM document_version n
      WHERE n.project_id = $1 AND n.document_id = d.id AND d.run_id = $2 AND n.revision <= $3
      ORDER BY n.revision DESC LIMIT 1)) AS version) w ON true
    LEFT JOIN LATERAL (SELECT n.* FROM document_version n
      WHERE n.project_id = $1 AND n.document_id = d.id AND n.version = w.version
        AND (n.run_id <> $2 OR n.revision <= $3) OFFSET 0) v ON true
    ORDER BY p.ord`,
    [scope.projectId, runId, revision, JSON.stringify(pins.map(toPinRow))],
  );
  const found = new Map<string, Candidate>();
  for (const [index, row] of rows.entries()) {
    const { id, version, found_version } = row;
    const pin = pins[index];
    if (!pin) throw new Error('Each pin is one row');
    if (id === null) throw new LedgerError('NOT_FOUND', { type: 'document', id: nameOf(pin) });
    if (version === null) {
      const reason = 'must be given for a document of another run';
      throw new LedgerError('BAD_INPUT', { issues: [{ path: `pins[${index}].version`, reason }] });
    }
    if (found_version === null) {
      throw new LedgerError('NOT_FOUND', { type: 'document version', id: `${nameOf(pin)}@${version}` });
    }
    found.set(`${id}@${version}`, toCandidate({ ...row, id, version }, 'pinned'));
  }
  return [...found.values()];
}

function toPinRow(pin: ContextPin) {
  if ('documentId' in pin) return { id: pin.documentId, version: pin.version };
  return { kind: pin.kind, key: pin.key ?? pin.kind, version: pin.version };
}

function nameOf(pin: ContextPin): string {
  return 'documentId' in pin ? pin.documentId : `${pin.kind}/${pin.key ?? pin.kind}`;
}
