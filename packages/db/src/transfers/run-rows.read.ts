import type { Change, RowLine } from '@stepledger/contract';
import { type NamedBinds, toNumbered } from '../named-binds.ts';
import type { StoreContext } from '../store-context.ts';
import { DOCUMENT_READS } from './document-rows.read.ts';
import { EXCHANGE_READS } from './exchange-rows.read.ts';
import type { RowRead } from './row-read.ts';
import { STEP_READS } from './step-rows.read.ts';

/** Whose rows are read: of the revisions behind `after` up to `last`, as they were at `until`. */
interface RowRange {
  readonly runId: string;
  readonly after: number;
  readonly last: number;
  readonly until: number;
  readonly entries: readonly { readonly changes: readonly Change[] }[];
}

/** In the order in which a revision tells them, which is the one that their foreign keys ask for. */
const READS = [...STEP_READS, ...EXCHANGE_READS, ...DOCUMENT_READS] as readonly RowRead<Row>[];

interface Row {
  at_revision: number;
}

/** Reads the lines of some revisions without their entries, by revision. */
export async function readRunRows(context: StoreContext, range: RowRange): Promise<Map<number, RowLine[]>> {
  const { connection, scope } = context;
  const lines = new Map<number, RowLine[]>();
  for (const read of READS) {
    const ids = read.what === undefined ? [] : idsOf(range, read.what);
    if (read.what !== undefined && ids.length === 0) continue;
    const binds: NamedBinds = {
      project: ['uuid', scope.projectId],
      run: ['uuid', range.runId],
      after: ['int', range.after],
      last: ['int', range.last],
      until: ['int', range.until],
      ids: ['uuid[]', ids],
    };
    const { text, values } = toNumbered(read.sql, binds);
    const rows = await connection.query<Row>(text, values);
    for (const [revision, ofRevision] of Map.groupBy(rows, (row) => row.at_revision)) {
      const before = lines.get(revision) ?? [];
      lines.set(revision, before.concat(read.toLines(ofRevision)));
    }
  }
  return lines;
}

function idsOf({ entries }: RowRange, what: string): string[] {
  const ids = new Set<string>();
  for (const { changes } of entries) {
    for (const change of changes) if (change.what === what) ids.add(change.id);
  }
  return [...ids];
}
