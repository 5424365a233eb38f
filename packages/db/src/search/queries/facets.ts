import type { SearchFacets } from '@stepledger/contract';
import type { Sql } from '../../connection.ts';
import type { SearchType } from '../marks.ts';
import type { Match, Matches } from './matches.ts';

/** Matches that are counted, and values that are told of each kind. */
const MAX_COUNTED = 200;
const MAX_VALUES = 20;

export const TYPES: Readonly<Record<SearchType, 'document' | 'prompt' | 'message' | 'response'>> = {
  d: 'document',
  o: 'document',
  t: 'prompt',
  m: 'message',
  a: 'response',
};

/** Counts the newest matches that were found, which are all there are or a sample. */
export async function toFacets(
  sql: Sql,
  projectId: string,
  { matches, complete }: Matches,
): Promise<SearchFacets> {
  const counted = matches.slice(0, MAX_COUNTED);
  const workflows = await nameWorkflows(sql, projectId, counted);
  return {
    counted: counted.length,
    estimated: !complete || matches.length > counted.length,
    type: count(counted, ({ type }) => TYPES[type]),
    kind: count(counted, ({ kind }) => kind),
    step: count(counted, ({ step }) => step),
    workflow: count(counted, ({ workflow_id: id }) => (id === null ? null : (workflows.get(id) ?? null))),
  };
}

async function nameWorkflows(
  sql: Sql,
  projectId: string,
  matches: readonly Match[],
): Promise<Map<string, string>> {
  const ids = new Set(matches.flatMap(({ workflow_id: id }) => id ?? []));
  if (ids.size === 0) return new Map();
  const rows = await sql.query<{ id: string; name: string }>(
    'SELECT id, name FROM workflow WHERE project_id = $1 AND id = ANY ($2::uuid[])',
    [projectId, [...ids]],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

function count(
  matches: readonly Match[],
  toValue: (match: Match) => string | null,
): { value: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const match of matches) {
    const value = toValue(match);
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts]
    .map(([value, number]) => ({ value, count: number }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, MAX_VALUES);
}
