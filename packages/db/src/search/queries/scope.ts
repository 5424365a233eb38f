import type { SearchService } from '@stepledger/contract';
import type { Sql } from '../../connection.ts';
import { requireRun } from '../../runs/require-run.ts';
import { marks, type SearchType } from '../marks.ts';
import { quote } from '../words/vector.ts';

type Input = Parameters<SearchService['query']>[0];

/** What a search is confined to, besides its words. */
export interface SearchScope {
  /** A tsquery of marks, which are shortened names. */
  readonly marks: string | null;
  /** The same as columns, to be exact. */
  readonly runIds: readonly string[] | null;
  readonly step: string | null;
  readonly kind: string | null;
  readonly workflowId: string | null;
  readonly tags: readonly string[] | null;
  readonly status: string | null;
  readonly allVersions: boolean;
  /** Of a run that was forked: what it has inherited from which others. */
  readonly inherited: Inherited | null;
  /** Microseconds since 1970. */
  readonly since: number | null;
  readonly until: number | null;
}

interface Inherited {
  readonly runId: string;
  readonly from: readonly string[];
  /** Up to which revision, for each of `from`. */
  readonly revisions: readonly number[];
}

/** Turns the filter of a search into what the index knows; null when nothing can match it. @throws NOT_FOUND (run) */
export async function toScope(
  sql: Sql,
  projectId: string,
  { in: sources, filter, versions }: Input,
): Promise<SearchScope | null> {
  const { run, step, kind, tags, status } = filter;
  const allVersions = versions === 'all';
  const ofDocuments = kind !== undefined || tags !== undefined || status !== undefined;
  const types = typesOf(
    ofDocuments ? sources.filter((source) => source === 'documents') : sources,
    allVersions,
  );
  const workflowId =
    filter.workflow === undefined ? null : await findWorkflow(sql, projectId, filter.workflow);
  if (run !== undefined) await requireRun(sql, projectId, run);
  const inherited = run === undefined ? null : await findInherited(sql, projectId, run);
  if (types.length === 0 || workflowId === undefined) return null;
  // An inherited head may be an older version where it was written.
  if (inherited && types.includes('d') && !allVersions) types.push('o');
  const runIds = run === undefined ? null : [run, ...(inherited?.from ?? [])];
  const conditions = [
    ...ofTypes(types),
    ...(runIds ? [anyOf(runIds.map(marks.run))] : []),
    ...(workflowId === null || inherited ? [] : [quote(marks.workflow(workflowId))]),
    ...(step === undefined ? [] : [quote(marks.step(step))]),
    ...(kind === undefined ? [] : [quote(marks.kind(kind))]),
    ...(tags ?? []).map((tag) => quote(marks.tag(tag))),
  ];
  return {
    marks: conditions.length === 0 ? null : conditions.join(' & '),
    runIds,
    step: step ?? null,
    kind: kind ?? null,
    workflowId: inherited ? null : workflowId,
    tags: tags ?? null,
    status: status ?? null,
    allVersions,
    inherited,
    since: filter.since === undefined ? null : Date.parse(filter.since) * 1000,
    until: filter.until === undefined ? null : Date.parse(filter.until) * 1000,
  };
}

function typesOf(sources: readonly Input['in'][number][], allVersions: boolean): SearchType[] {
  const types: SearchType[] = [];
  if (sources.includes('documents')) types.push('d', ...(allVersions ? (['o'] as const) : []));
  if (sources.includes('prompts')) types.push('t', 'm');
  if (sources.includes('responses')) types.push('a');
  return types;
}

/** The index probes each mark for each text with the words: so that all but old versions are told by one, not four. */
function ofTypes(types: readonly SearchType[]): string[] {
  const isAll = (['d', 't', 'm', 'a'] as const).every((type) => types.includes(type));
  if (!isAll) return [anyOf(types.map(marks.type))];
  return types.includes('o') ? [] : [`!${quote(marks.type('o'))}`];
}

export function anyOf(lexemes: readonly string[]): string {
  return `(${lexemes.map(quote).join(' | ')})`;
}

/** Undefined when there is none. */
async function findWorkflow(sql: Sql, projectId: string, name: string): Promise<string | undefined> {
  const [row] = await sql.query<{ id: string }>(
    'SELECT id FROM workflow WHERE project_id = $1 AND name = $2',
    [projectId, name],
  );
  return row?.id;
}

/** Runs that a run may descend from one by one. */
const MAX_ANCESTORS = 50;

/** The runs that a forked run has its past from, each up to the revision at which it was left. */
async function findInherited(sql: Sql, projectId: string, runId: string): Promise<Inherited | null> {
  const rows = await sql.query<{ id: string; revision: number }>(
    `WITH RECURSIVE ancestor AS (
      SELECT r.origin_run_id AS id, r.forked_at_revision AS revision, 1 AS depth FROM run r
      WHERE r.project_id = $1 AND r.id = $2 AND r.origin_run_id IS NOT NULL
      UNION ALL
      SELECT r.origin_run_id, least(r.forked_at_revision, a.revision), a.depth + 1
      FROM ancestor a JOIN run r ON r.project_id = $1 AND r.id = a.id
      WHERE r.origin_run_id IS NOT NULL AND a.depth < ${MAX_ANCESTORS}
    )
    SELECT id, revision FROM ancestor`,
    [projectId, runId],
  );
  if (rows.length === 0) return null;
  return { runId, from: rows.map(({ id }) => id), revisions: rows.map(({ revision }) => revision) };
}
