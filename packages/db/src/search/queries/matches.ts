import type { Bind, Sql } from '../../connection.ts';
import { ROWS_OF_A_BUCKET } from '../indexing/buckets.ts';
import { bucketsOf, epochOf, marks, type SearchType } from '../marks.ts';
import { quote } from '../words/vector.ts';
import type { CompiledQuery } from './compile-query.ts';
import { anyOf, type SearchScope } from './scope.ts';

/** A text that matches. */
export interface Match {
  readonly source_id: string;
  readonly item: number;
  readonly part: number;
  readonly parts: number;
  readonly type: SearchType;
  readonly at: number;
  readonly run_id: string | null;
  readonly kind: string | null;
  readonly step: string | null;
  readonly workflow_id: string | null;
}

/** The place behind which matches are wanted: at the same time, those of lower ids. */
export interface Place {
  readonly at: number;
  readonly id: string;
  readonly item: number;
}

export interface MatchSearch {
  readonly projectId: string;
  readonly query: CompiledQuery;
  readonly scope: SearchScope;
  /** Newest first, behind this. */
  readonly after: Place | null;
  /** Matches that are needed; there may be more. */
  readonly wanted: number;
}

/** The newest matches in order. */
export interface Matches {
  readonly matches: readonly Match[];
  /** Whether these are all. */
  readonly complete: boolean;
  /** Where to go on, when there was too much to look through and there may be more behind it. */
  readonly resume?: Place;
}

/** What the index finds and is read at once where nothing says how many there are. */
const MAX_AT_ONCE = 2_000;
/** Matches at least that are looked for, since they are counted too; fewer where each takes a look at its words. */
const MIN_WANTED = 201;
const MIN_WANTED_PHRASES = 41;

/** Rows that one page looks into, which take about 100 ms, and looks that it takes. */
const MAX_LOOKED_INTO = 5_000;
const MAX_LOOKS = 64;
/** Epochs that one look goes back through: the index probes each of them for each text with the words. */
const MAX_STRIDE = 16;
/** Looks at one epoch each, which tell how many matches to expect: the newest epoch may have just begun. */
const NEAR_LOOKS = 2;

/**
 * Finds the newest matches, in no more time for a common word than for a rare one.
 *
 * Each text has a lexeme for its period of about five hundred texts and one for its epoch of sixteen periods, so that
 * the index answers "this word, lately" by itself. Common words are found in the newest period, rare ones by a look at
 * everything, and what is common but old by going back epoch by epoch. What is made of common words and hardly there,
 * as a phrase may be, ends a page early.
 */
export async function findMatches(sql: Sql, search: MatchSearch): Promise<Matches> {
  const upTo = Math.min(search.after?.at ?? MAX_TIME, (search.scope.until ?? MAX_TIME) - 1);
  const periods = await findPeriods(sql, search.projectId, { upTo, since: search.scope.since ?? 0 });
  const { newest, oldest } = periods;
  const { projectId, wanted } = search;
  if (newest < oldest) return { matches: [], complete: true };
  const near = [newest, newest - 1].filter((bucket) => bucket >= oldest);
  const lexemes = near.map((bucket) => marks.bucket(projectId, bucket));
  const found = await readMatches(sql, search, { marks: anyOf(lexemes), limit: null });
  if (newest - oldest < near.length) return found;
  if (found.matches.length >= wanted) return { ...found, complete: false };
  // What runs are filtered by says where they are as well as a period does.
  const ofRuns = search.scope.runIds && (await lookAtOnce(sql, search, null));
  return ofRuns ?? walkEpochs(sql, search, periods);
}

/**
 * Goes back until there are enough, by as many epochs at once as the last ones promise to be needed.
 *
 * What seems to be rare altogether is found by one look at everything.
 */
async function walkEpochs(sql: Sql, search: MatchSearch, periods: Periods): Promise<Matches> {
  const { newest, oldest, isMost } = periods;
  const { projectId, wanted } = search;
  const [first, last] = [epochOf(newest), epochOf(oldest)];
  const matches: Match[] = [];
  let candidates = 0;
  let perEpoch = 0;
  let complete = true;
  let next = first;
  for (let looks = 1; ; looks++) {
    const passed = first - next;
    if (looks === NEAR_LOOKS + 1 && (candidates / passed) * (first - last + 1) < MAX_AT_ONCE) {
      const everything = await lookAtOnce(sql, search, isMost ? null : quote(marks.project(projectId)));
      if (everything) return everything;
    }
    const needed = (wanted - matches.length) / (matches.length / passed);
    const bearable = (MAX_LOOKED_INTO - candidates) / perEpoch;
    const stride = looks <= NEAR_LOOKS ? 1 : toStride(Math.min(needed, bearable, next - last + 1));
    const epochs = Array.from({ length: stride }, (_, n) => marks.epoch(projectId, next - n));
    const found = await readMatches(sql, search, { marks: anyOf(epochs), limit: null });
    matches.push(...found.matches);
    candidates += found.candidates;
    perEpoch = Math.max(perEpoch, found.candidates / stride);
    complete &&= found.complete;
    next -= stride;
    const isLast = next < last;
    if (isLast || matches.length >= wanted) return { matches, complete: complete && isLast };
    if (candidates < MAX_LOOKED_INTO && looks < MAX_LOOKS) continue;
    return { matches, complete: false, resume: await beginningOf(sql, projectId, next + 1) };
  }
}

/** A whole number of epochs; as many as can be where nothing was found that would tell. */
function toStride(epochs: number): number {
  return Math.min(Math.max(Math.ceil(epochs), 1), MAX_STRIDE);
}

/** Everything that the index finds; null when that is too much, since what was cut off may be newer than what was not. */
async function lookAtOnce(sql: Sql, search: MatchSearch, where: string | null): Promise<Matches | null> {
  const found = await readMatches(sql, search, { marks: where, limit: MAX_AT_ONCE });
  return found.candidates < MAX_AT_ONCE ? found : null;
}

/** Everything before an epoch is behind this place. */
async function beginningOf(sql: Sql, projectId: string, epoch: number): Promise<Place> {
  const [row] = await sql.query<{ at: number }>(
    `SELECT coalesce(min(from_at), 0)::float8 AS at FROM search_bucket
    WHERE project_id = $1 AND bucket BETWEEN $2 AND $3`,
    [projectId, ...bucketsOf(epoch)],
  );
  return { at: row?.at ?? 0, id: NO_ID, item: 0 };
}

const NO_ID = '00000000-0000-0000-0000-000000000000';

interface Periods {
  readonly newest: number;
  readonly oldest: number;
  /** Whether most of the whole index is of this project: to name it then only costs the index a probe for each text. */
  readonly isMost: boolean;
}

const MAX_TIME = Number.MAX_SAFE_INTEGER;

const IS_MOST = `(SELECT b.bucket FROM search_bucket b WHERE b.project_id = $1 ORDER BY b.from_at DESC LIMIT 1)
    * ${ROWS_OF_A_BUCKET} * 2.0 > (SELECT reltuples FROM pg_class WHERE oid = 'search_chunk'::regclass)`;

async function findPeriods(
  sql: Sql,
  projectId: string,
  { upTo, since }: { upTo: number; since: number },
): Promise<Periods> {
  const at = (parameter: string) => `coalesce((SELECT b.bucket FROM search_bucket b
    WHERE b.project_id = $1 AND b.from_at <= ${parameter}::bigint ORDER BY b.from_at DESC LIMIT 1), 0)`;
  const [row] = await sql.query<Periods>(
    `SELECT ${at('$2')} AS newest, ${at('$3')} AS oldest, ${IS_MOST} AS "isMost"`,
    [projectId, String(upTo), String(since)],
  );
  return row ?? { newest: 0, oldest: 0, isMost: false };
}

async function readMatches(
  sql: Sql,
  { projectId, query, scope, after, wanted }: MatchSearch,
  { marks: where, limit }: { marks: string | null; limit: number | null },
): Promise<Matches & { candidates: number }> {
  const named = [where, scope.marks, query.relaxed].filter((part) => part !== null);
  const words = named.length === 0 ? quote(marks.project(projectId)) : named.join(' & ');
  const looksIntoRows = query.full !== null || query.literal !== null;
  const enough = Math.max(wanted, looksIntoRows ? MIN_WANTED_PHRASES : MIN_WANTED);
  const values: Bind[] = [
    projectId,
    words,
    query.full,
    JSON.stringify(query.groups),
    query.literal,
    after?.at ?? null,
    after?.id ?? null,
    after?.item ?? null,
    scope.since,
    scope.until,
    scope.runIds,
    scope.step,
    scope.kind,
    scope.workflowId,
    scope.tags,
    scope.status,
    scope.allVersions,
    scope.inherited?.runId ?? null,
    scope.inherited?.from ?? null,
    scope.inherited?.revisions ?? null,
    limit,
    enough,
  ];
  const rows = await sql.query<{ candidates: number } & Match>(SELECT_MATCHES, values);
  const matches = rows.filter(({ source_id: id }) => id !== null);
  const complete = matches.length < enough;
  return { matches, complete, candidates: rows[0]?.candidates ?? 0 };
}

/** SQL of whether a row `c` is what it says: a head that is one, a prompt that was not deleted. */
const IS_LIVE = `CASE c.type
  WHEN 'd' THEN $17::boolean OR EXISTS (SELECT FROM document d WHERE d.project_id = $1 AND d.id = c.source_id
    AND d.head_version = c.item AND NOT d.head_deleted)
  WHEN 't' THEN EXISTS (SELECT FROM prompt p WHERE p.project_id = $1 AND p.id = c.source_id
    AND ($17::boolean OR (p.head_version = c.item AND p.deleted_at IS NULL)))
  ELSE true END`;

/** SQL of whether a row `c` belongs to the run that is searched: its own, or what it has inherited and still has. */
const IS_OF_RUN = `CASE
  WHEN $11::uuid[] IS NULL THEN true
  WHEN $18::uuid IS NULL THEN c.run_id = ANY ($11::uuid[])
  WHEN c.run_id = $18::uuid THEN c.type <> 'o' OR $17::boolean
  WHEN NOT EXISTS (SELECT FROM unnest($19::uuid[], $20::int[]) AS a(id, revision)
    WHERE a.id = c.run_id AND c.revision <= a.revision) THEN false
  WHEN c.type IN ('d', 'o') THEN EXISTS (
    SELECT FROM document own
    JOIN document_version v ON v.project_id = $1 AND v.document_id = own.id AND v.version = c.item
      AND v.revision = c.revision
    JOIN document written ON written.project_id = $1 AND written.id = c.source_id
      AND written.kind = own.kind AND written.key = own.key
    WHERE own.project_id = $1 AND own.run_id = $18::uuid AND own.kind = c.kind AND own.key = written.key
      AND v.purged_revision IS NULL AND ($17::boolean OR (own.head_version = c.item AND NOT own.head_deleted)))
  ELSE EXISTS (
    SELECT FROM exchange own JOIN exchange written ON written.project_id = $1 AND written.id = c.source_id
    WHERE own.project_id = $1 AND own.run_id = $18::uuid AND own.opened_revision = c.revision
      AND own.purged_revision IS NULL AND (c.type = 'm' OR own.response_sha256 = written.response_sha256))
  END`;

/** SQL of whether a row `c` of a text of several pieces matches: phrases and letters are looked for in each piece. */
const MATCHES_PIECES = `EXISTS (
  SELECT FROM jsonb_to_recordset($4::jsonb) AS g(words text, must text[], never text[])
  WHERE (g.words IS NULL OR c.tsv @@ g.words::tsquery)
    AND NOT EXISTS (SELECT FROM unnest(g.must) AS m(query) WHERE NOT EXISTS (
      SELECT FROM search_chunk k WHERE k.project_id = $1 AND k.source_id = c.source_id AND k.item = c.item
        AND k.part > 0 AND k.tsv @@ m.query::tsquery))
    AND NOT EXISTS (SELECT FROM unnest(g.never) AS n(query) WHERE EXISTS (
      SELECT FROM search_chunk k WHERE k.project_id = $1 AND k.source_id = c.source_id AND k.item = c.item
        AND k.part > 0 AND k.tsv @@ n.query::tsquery)))
  AND ($5::text IS NULL OR strpos(c.label, $5) > 0 OR EXISTS (
    SELECT FROM search_chunk k WHERE k.project_id = $1 AND k.source_id = c.source_id AND k.item = c.item
      AND k.part > 0 AND strpos(k.body, $5) > 0))`;

/** SQL of whether a row `c` that is a whole text matches beyond its words. */
const MATCHES_WHOLE = `($3::text IS NULL OR c.tsv @@ $3::tsquery)
  AND ($5::text IS NULL OR strpos(c.body, $5) > 0 OR strpos(c.label, $5) > 0)`;

/** SQL of whether a match `f` holds in all that takes a look into its row or beyond. */
const HOLDS = `(SELECT CASE WHEN c.parts = 0 THEN ${MATCHES_WHOLE} ELSE ${MATCHES_PIECES} END
    AND ${IS_OF_RUN}
    AND (($18::uuid IS NOT NULL AND c.run_id <> $18::uuid) OR ${IS_LIVE})
    AND ($15::text[] IS NULL AND $16::text IS NULL OR EXISTS (
      SELECT FROM document_version v WHERE v.project_id = $1 AND v.document_id = c.source_id AND v.version = c.item
        AND ($15::text[] IS NULL OR v.tags @> $15) AND ($16::text IS NULL OR v.status = $16)))
  FROM search_chunk c
  WHERE c.project_id = $1 AND c.source_id = f.source_id AND c.item = f.item AND c.part = f.part)`;

/**
 * First what the index says, then the rest of it in order of time and only until there is enough: a phrase of common
 * words, or whether a document is still there, is looked up for few.
 *
 * The query stands in a subquery, which hides it from the planner: what that believes to know of words makes it read
 * the whole table for some, and the whole order of time for others.
 */
const SELECT_MATCHES = `WITH found AS MATERIALIZED (
    SELECT c.source_id, c.item, c.part, c.parts, c.type, c.at::float8 AS at, c.run_id, c.kind, c.step, c.workflow_id
    FROM search_chunk c
    WHERE c.project_id = $1 AND c.tsv @@ (SELECT $2::tsquery)
      AND ($6::float8 IS NULL OR (c.at, c.source_id, c.item) < ($6::float8, $7::uuid, $8::int))
      AND ($9::float8 IS NULL OR c.at >= $9::float8)
      AND ($10::float8 IS NULL OR c.at < $10::float8)
      AND ($12::text IS NULL OR c.step = $12)
      AND ($13::text IS NULL OR c.kind = $13)
      AND ($14::uuid IS NULL OR c.workflow_id = $14)
    LIMIT $21
  )
  SELECT n.candidates, m.* FROM (SELECT count(*)::int AS candidates FROM found) n LEFT JOIN LATERAL (
    SELECT DISTINCT ON (f.at, f.source_id, f.item) f.*
    FROM (SELECT * FROM found ORDER BY at DESC, source_id DESC, item DESC, part DESC OFFSET 0) f
    WHERE ${HOLDS}
    ORDER BY f.at DESC, f.source_id DESC, f.item DESC, f.part DESC
    LIMIT $22) m ON true`;
