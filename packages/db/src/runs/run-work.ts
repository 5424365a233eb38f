import type { SummedWork, Work } from '@stepledger/contract';
import { failedParsesOf } from '../parses/parses-of-exchange.ts';
import type { StoreContext } from '../store-context.ts';

/** What was done, and how much of it in the run itself rather than in the one that it was forked from. */
export interface WorkOf {
  total: Work;
  own: Work;
}

const NONE: Work = {
  exchanges: 0,
  failedExchanges: 0,
  parses: 0,
  failedParses: 0,
  messages: 0,
  responseBytes: 0,
  documents: 0,
  documentBytes: 0,
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  withoutUsage: 0,
  exchangeMs: 0,
};

/** An aggregate over one table, and the rows that it is about when it is not about all. */
type Sum = string | readonly [aggregate: string, where: string];

/** What is summed up of one table, by run and by step. */
interface Source {
  /** SQL of the rows of the run `r`. */
  readonly rows: string;
  /** The revision that says whether a row is the run's own. */
  readonly revision: string;
  readonly sums: Readonly<Partial<Record<keyof Work, Sum>>>;
}

const TOKENS = ['inputTokens', 'outputTokens', 'totalTokens'] as const;

/** What a plan of any run may read by an index on its revisions. */
const EXCHANGES = {
  rows: 'SELECT e.* FROM exchange e WHERE e.project_id = $1 AND e.run_id = r.id',
  // One that was open at the fork is the work of whoever closed it.
  revision: 'coalesce(x.closed_revision, x.opened_revision)',
  sums: {
    exchanges: 'count(*)',
    failedExchanges: ['count(*)', `x.status = 'failed'`],
    messages: 'sum(x.message_count)',
    responseBytes: 'sum(x.response_size)',
    ...Object.fromEntries(TOKENS.map((field) => [field, `sum((x.usage ->> '${field}')::float8)`])),
    withoutUsage: [
      'count(*)',
      `x.status = 'completed' AND NOT coalesce(x.usage ?| '{${TOKENS.join(',')}}', false)`,
    ],
    exchangeMs: 'sum(x.total_ms)',
  },
} satisfies Source;

const VERSIONS = {
  rows: 'SELECT v.* FROM document_version v WHERE v.project_id = $1 AND v.run_id = r.id',
  revision: 'x.revision',
  sums: {
    documents: 'count(DISTINCT x.document_id)',
    documentBytes: ['sum(x.size)', `x.change IN ('create', 'text')`],
  },
} satisfies Source;

const PARSES = {
  rows: `SELECT p.revision, p.status, e.step_id
    FROM parse p JOIN exchange e ON e.project_id = $1 AND e.id = p.exchange_id AND e.run_id = r.id
    WHERE p.project_id = $1 AND p.run_id = r.id`,
  revision: 'x.revision',
  sums: { parses: 'count(*)', failedParses: ['count(*)', `x.status = 'failed'`] },
} satisfies Source;

const SOURCES: readonly Source[] = [EXCHANGES, PARSES, VERSIONS];

/** What is summed up of a run as a whole, from its newest rows on; its exchanges tell of their parses. */
const NEWEST: readonly { rows: string; sums: Source['sums'] }[] = [
  {
    rows: `${EXCHANGES.rows} ORDER BY e.opened_revision DESC, e.id DESC`,
    sums: { ...EXCHANGES.sums, parses: 'sum(x.parse_count)', failedParses: `sum(${failedParsesOf('x')})` },
  },
  { rows: `${VERSIONS.rows} ORDER BY v.revision DESC, v.position DESC`, sums: VERSIONS.sums },
];

interface SumRow {
  run_id: string;
  /** Null for the whole run. */
  step_id: string | null;
  total: Partial<Work>;
  own: Partial<Work>;
}

/** Sums up runs, and those of their steps that are named: one statement a table. */
export async function readWork(
  { connection, scope }: StoreContext,
  { runIds, stepIds }: { runIds: readonly string[]; stepIds: readonly string[] },
): Promise<{ ofRun(runId: string): WorkOf; ofStep(stepId: string): WorkOf }> {
  const values = [scope.projectId, runIds, stepIds];
  const rows = await Promise.all(SOURCES.map((source) => connection.query<SumRow>(toQuery(source), values)));
  const byId = Map.groupBy(rows.flat(), ({ run_id: runId, step_id: stepId }) => stepId ?? runId);
  const of = (id: string): WorkOf => {
    const found = byId.get(id) ?? [];
    return {
      total: Object.assign({ ...NONE }, ...found.map(({ total }) => total)),
      own: Object.assign({ ...NONE }, ...found.map(({ own }) => own)),
    };
  };
  return { ofRun: of, ofStep: of };
}

/**
 * Sums up what runs show, each by its newest rows alone: of a table as many as it may have of `maxRows` for all.
 *
 * The limit is a subquery, of which the planner expects little, so that it keeps to the index: by a number it may read
 * the whole table instead, for each run, where it has seen few different runs.
 *
 * Answers by the runs' ids; one that is not there has done nothing.
 */
export async function sumWork(
  { connection, scope }: StoreContext,
  { runIds, maxRows }: { runIds: readonly string[]; maxRows: number },
): Promise<(runId: string) => SummedWork> {
  const maxOfRun = Math.floor(maxRows / Math.max(runIds.length, 1));
  const rows = await Promise.all(
    NEWEST.map((source) =>
      connection.query<{ run_id: string; total: Partial<Work>; cut: boolean }>(
        `SELECT r.id AS run_id, ${toObject(source.sums, 'true')} AS total, count(*) = $3::int AS cut
        FROM unnest($2::uuid[]) AS r(id) CROSS JOIN LATERAL (${source.rows} LIMIT (SELECT $3::int)) x
        GROUP BY r.id`,
        [scope.projectId, runIds, maxOfRun],
      ),
    ),
  );
  const byId = Map.groupBy(rows.flat(), ({ run_id: runId }) => runId);
  return (runId) => {
    const found = byId.get(runId.toLowerCase()) ?? [];
    const total: Work = Object.assign({ ...NONE }, ...found.map((row) => row.total));
    return { ...total, cut: found.some(({ cut }) => cut) };
  };
}

/**
 * Run by run, and not by a join, which may read the whole table for two small runs beside large ones; the steps by a
 * subquery, which is hashed, where a plan for any array looks through all of it for each step of the runs.
 */
function toQuery({ rows, revision, sums }: Source): string {
  return `SELECT r.id AS run_id, x.step_id, ${toObject(sums, 'true')} AS total,
      ${toObject(sums, `${revision} > coalesce(r.forked_at_revision, 0)`)} AS own
    FROM unnest($2::uuid[]) AS c(run_id)
    CROSS JOIN LATERAL (SELECT * FROM run WHERE project_id = $1 AND id = c.run_id LIMIT 1) r
    CROSS JOIN LATERAL (${rows} OFFSET 0) x
    GROUP BY GROUPING SETS ((r.id), (r.id, x.step_id))
    HAVING grouping(x.step_id) = 1 OR x.step_id IN (SELECT unnest($3::uuid[]))`;
}

function toObject(sums: Source['sums'], condition: string): string {
  const fields = Object.entries(sums).map(([field, sum]) => {
    const [aggregate, where] = typeof sum === 'string' ? [sum, 'true'] : sum;
    return `'${field}', coalesce(${aggregate} FILTER (WHERE ${where} AND ${condition}), 0)`;
  });
  return `jsonb_build_object(${fields.join(', ')})`;
}
