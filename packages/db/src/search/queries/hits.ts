import type { SearchHit } from '@stepledger/contract';
import type { Sql } from '../../connection.ts';
import type { SearchType } from '../marks.ts';
import type { CompiledQuery } from './compile-query.ts';
import type { Match } from './matches.ts';
import { toSnippet } from './snippet.ts';

/** How well each of some matches matches, in their order; one that is gone meanwhile has none. */
export async function readRanks(
  sql: Sql,
  projectId: string,
  { matches, query }: { matches: readonly Match[]; query: CompiledQuery },
): Promise<(number | undefined)[]> {
  const rows = await sql.query<{ place: number; rank: number }>(
    `SELECT w.place::int, ${RANK} AS rank FROM ${WANTED}`,
    [projectId, ...keysOf(matches), query.shown],
  );
  const ranks = new Map(rows.map(({ place, rank }) => [place, rank]));
  return matches.map((_, index) => ranks.get(index + 1));
}

/** By how often and how near to each other the words stand, less for longer texts. */
const RANK = `ts_rank(c.tsv, $5::tsquery, 1)`;
const WANTED = `unnest($2::uuid[], $3::int[], $4::int[]) WITH ORDINALITY AS w(id, item, part, place)
  JOIN search_chunk c ON c.project_id = $1 AND c.source_id = w.id AND c.item = w.item AND c.part = w.part`;

function keysOf(matches: readonly Match[]): [string[], number[], number[]] {
  return [
    matches.map(({ source_id: id }) => id),
    matches.map(({ item }) => item),
    matches.map(({ part }) => part),
  ];
}

interface HitRow {
  type: SearchType;
  source_id: string;
  item: number;
  rank: number;
  at: Date;
  label: string;
  body: string;
  run_id: string | null;
  run_key: string | null;
  step_id: string | null;
  step_name: string | null;
  step_key: string | null;
  revision: number | null;
  kind: string | null;
  key: string | null;
  title: string | null;
  head: boolean;
  prompt: string | null;
}

/** Reads what is told of some matches, in their order, leaving out what is gone meanwhile. */
export async function readHits(
  sql: Sql,
  projectId: string,
  { matches, query }: { matches: readonly Match[]; query: CompiledQuery },
): Promise<SearchHit[]> {
  if (matches.length === 0) return [];
  const rows = await sql.query<HitRow>(SELECT_HITS, [
    projectId,
    ...keysOf(matches),
    query.shown,
    query.literal,
  ]);
  return rows.flatMap((row) => toHit(row, query) ?? []);
}

/** Of a text of several pieces the first that matches is shown. */
const SELECT_HITS = `SELECT c.type, c.source_id, c.item, ${RANK} AS rank,
    to_timestamp(c.at / 1000000.0) AS at, c.label, coalesce(k.body, c.body) AS body, c.run_id, r.key AS run_key,
    c.step_id, s.name AS step_name, s.key AS step_key, v.revision, d.kind, d.key, v.title,
    coalesce(d.head_version = c.item AND NOT d.head_deleted, p.head_version = c.item AND p.deleted_at IS NULL, false)
      AS head,
    p.name AS prompt
  FROM ${WANTED}
  LEFT JOIN LATERAL (
    SELECT k.body FROM search_chunk k
    WHERE c.parts > 0 AND k.project_id = $1 AND k.source_id = c.source_id AND k.item = c.item AND k.part > 0
      AND (CASE WHEN $6::text IS NULL THEN k.tsv @@ $5::tsquery ELSE strpos(k.body, $6) > 0 END OR k.part = c.parts)
    ORDER BY k.part LIMIT 1) k ON true
  LEFT JOIN run r ON r.project_id = $1 AND r.id = c.run_id
  LEFT JOIN step s ON s.project_id = $1 AND s.id = c.step_id
  LEFT JOIN document d ON c.type IN ('d', 'o') AND d.project_id = $1 AND d.id = c.source_id
  LEFT JOIN document_version v ON v.project_id = $1 AND v.document_id = d.id AND v.version = c.item
  LEFT JOIN prompt p ON c.type = 't' AND p.project_id = $1 AND p.id = c.source_id
  ORDER BY w.place`;

function toHit(row: HitRow, query: CompiledQuery): SearchHit | null {
  const found = { snippet: toSnippet(query, row), rank: row.rank, at: row.at.toISOString() };
  if (row.prompt !== null) {
    const { prompt: name, item: version, head } = row;
    return { type: 'prompt', ...found, title: name, name, version, head };
  }
  const { run_id: id, run_key: key } = row;
  if (id === null || key === null) return null;
  const place = { run: { id, key }, step: toStep(row) };
  if (row.type === 'd' || row.type === 'o') {
    if (row.kind === null || row.key === null || row.revision === null) return null;
    const { kind, key: name, head, revision } = row;
    const document = { documentId: row.source_id, version: row.item, head, revision, kind, key: name };
    return { type: 'document', ...found, ...place, ...document, title: row.title ?? name };
  }
  const exchange = { ...found, ...place, exchangeId: row.source_id, title: row.step_name ?? '' };
  return row.type === 'm'
    ? { type: 'message', ...exchange, position: row.item - 1 }
    : { type: 'response', ...exchange };
}

function toStep({ step_id: id, step_name: name, step_key: key }: HitRow) {
  return id === null || name === null || key === null ? null : { id, name, key };
}
