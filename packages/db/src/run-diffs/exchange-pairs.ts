import { type ExchangeAspect, exchangeAspectSchema } from '@stepledger/contract';
import type { Ends } from './ends.ts';
import { documentsOfOneSide, PARSED, type SelectDocuments, USED } from './exchange-documents.ts';

/** The documents of exact versions, by kind, key and text: no identifier holds a control character. */
const NAMED_TEXT = `d.kind || chr(31) || d.key || chr(31) || coalesce(encode(v.sha256, 'hex') || v.encoding, '')`;

/** An open exchange shows nothing but that it is open. */
function closed(column: string, revision: string): string {
  return `CASE WHEN e.closed_revision <= ${revision} THEN e.${column} END`;
}

/** A hash of a text: short, and sorted by its bytes. */
function hashOf(text: string): string {
  return `sha256(convert_to(${text}, 'UTF8'))`;
}

/**
 * SQL of the exchanges of a side after what both share, with a digest of all that is compared: pairs of equal digests are
 * passed over by one join. What has another digest is then compared exactly, and may be the same after all.
 *
 * By grouping and by single look-ups: without statistics joins of such lists were planned as loops of one over the other.
 */
function digests(runId: string, revision: string): string {
  const since = (table: string, column: string) => `${table}.project_id = $1 AND ${table}.run_id = ${runId}
        AND ${table}.${column} > $6::int AND ${table}.${column} <= ${revision}`;
  const told = [
    ...['prompt_id', 'prompt_version', 'prompt_hash', 'provider', 'model', 'parameters'].map(
      (column) => `e.${column}`,
    ),
    hashOf('e.variables'),
    ...['status', 'response_sha256', 'response_encoding', 'error'].map((column) => closed(column, revision)),
  ];
  return `SELECT f.id, max(f.opened_revision) AS opened_revision, max(f.step_id)::uuid AS step_id,
      sha256(string_agg(f.facet, '' ORDER BY f.facet)) AS digest
    FROM (
      SELECT e.id, e.opened_revision, e.step_id::text, ${hashOf(`ROW(${told.join(', ')})::text`)} AS facet
        FROM exchange e WHERE ${since('e', 'opened_revision')}
      UNION ALL
      SELECT p.exchange_id, NULL, NULL, ${hashOf('ROW(p.attempt, p.parser, p.parser_version, p.status)::text')}
        FROM parse p WHERE ${since('p', 'revision')}
      UNION ALL
      SELECT p.exchange_id, NULL, NULL, ${hashOf(`p.attempt || chr(31) || ${NAMED_TEXT}`)}
        FROM document_version v JOIN document d ON d.project_id = $1 AND d.id = v.document_id
        JOIN parse p ON p.project_id = $1 AND p.id = v.parse_id WHERE ${since('v', 'revision')}
      UNION ALL
      SELECT e.id, NULL, NULL, ${hashOf(NAMED_TEXT)}
        FROM exchange e CROSS JOIN LATERAL jsonb_to_recordset(e.uses) AS u("documentId" uuid, version int)
        JOIN document d ON d.project_id = $1 AND d.id = u."documentId"
        JOIN document_version v ON v.project_id = $1 AND v.document_id = u."documentId" AND v.version = u.version
        WHERE ${since('e', 'opened_revision')} AND e.uses <> '[]') f
    GROUP BY f.id HAVING max(f.opened_revision) IS NOT NULL`;
}

/**
 * Which pairs are compared: `all` and `near` one by one, the second only up to the place $10; `far` by digests first, which
 * reads both sides whole, however soon a difference comes.
 */
export type Reach = 'all' | 'near' | 'far';

interface SideOptions {
  /** SQL of the revision that the side is read at. */
  readonly revision: string;
  readonly ends: Ends;
  readonly reach: Reach;
}

/**
 * SQL of the exchanges of a side, with their step, their order in it (`ordinal`) and among all (`rank`).
 *
 * What both share is paired by revision instead, and only looked at when one side has closed, parsed or purged it since.
 */
function side(name: string, runId: string, { revision, ends, reach }: SideOptions): string {
  const undigested = (condition: string) => `SELECT e.id, e.opened_revision, e.step_id, NULL::bytea AS digest
      FROM exchange e
      WHERE e.project_id = $1 AND e.run_id = ${runId} AND e.opened_revision <= ${revision} AND ${condition}`;
  const after = reach === 'far' ? digests(runId, revision) : undigested('e.opened_revision > $6::int');
  const touched = `UNION ALL ${undigested('e.opened_revision IN (SELECT opened_revision FROM touched)')}`;
  return `${name} AS (
    SELECT e.id, s.name, s.key, e.digest, row_number() OVER (ORDER BY e.opened_revision, e.id)::int AS rank,
      CASE WHEN e.opened_revision <= $6::int THEN -e.opened_revision
        ELSE row_number() OVER (PARTITION BY e.step_id, e.opened_revision <= $6::int ORDER BY e.opened_revision, e.id)
      END AS ordinal
    FROM (${after} ${ends.shared > 0 ? touched : ''}) e
    CROSS JOIN LATERAL (SELECT s.name, s.key FROM step s WHERE s.project_id = $1 AND s.id = e.step_id LIMIT 1) s)`;
}

/** The entries since tell which of the exchanges before them they changed; copies of one have its revision. */
const TOUCHED = `touched AS (
  SELECT DISTINCT e.opened_revision
  FROM entry n
  CROSS JOIN LATERAL jsonb_to_recordset(n.changes) AS c(what text, id uuid)
  LEFT JOIN parse p ON c.what = 'parse' AND p.project_id = $1 AND p.id = c.id
  JOIN exchange e ON e.project_id = $1 AND e.id = coalesce(p.exchange_id, c.id)
  WHERE n.project_id = $1 AND c.what IN ('exchange', 'parse') AND e.opened_revision <= $6::int
    AND ((n.run_id = $2 AND n.revision > $6::int AND n.revision <= $3)
      OR (n.run_id = $4 AND n.revision > $6::int AND n.revision <= $5)))`;

const CLOSED = ['response_sha256', 'response_encoding', 'response_size', 'error'];

/** An exchange as of a revision, with its last parse. */
function columns(id: string, revision: string): string {
  return `SELECT e.id, e.opened_revision, e.step_id,
      CASE WHEN e.closed_revision <= ${revision} THEN e.status ELSE 'pending' END AS status,
      e.prompt_id, e.prompt_version, e.prompt_hash, e.variables, e.uses, e.provider, e.model, e.parameters,
      ${CLOSED.map((column) => `${closed(column, revision)} AS ${column}`).join(', ')},
      e.purged_revision IS NOT NULL AS purged, p.id AS parse_id, p.parser, p.parser_version, p.status AS parse_status
    FROM exchange e
    LEFT JOIN LATERAL (SELECT k.id, k.parser, k.parser_version, k.status FROM parse k
      WHERE k.project_id = $1 AND k.exchange_id = e.id AND k.revision <= ${revision}
      ORDER BY k.attempt DESC LIMIT 1) p ON true
    WHERE e.project_id = $1 AND e.id = ${id} LIMIT 1`;
}

/** SQL of what the document versions that an exchange used say, without their ids. */
function usedTexts(exchange: string): string {
  return `(SELECT string_agg(DISTINCT ${NAMED_TEXT}, chr(30))
    FROM jsonb_to_recordset(${exchange}.uses) AS u("documentId" uuid, version int)
    JOIN document d ON d.project_id = $1 AND d.id = u."documentId"
    JOIN document_version v ON v.project_id = $1 AND v.document_id = u."documentId" AND v.version = u.version)`;
}

function parsedTexts(exchange: string): string {
  return `(SELECT string_agg(DISTINCT ${NAMED_TEXT}, chr(30))
    FROM document_version v JOIN document d ON d.project_id = $1 AND d.id = v.document_id
    WHERE v.project_id = $1 AND v.parse_id = ${exchange}.parse_id)`;
}

/**
 * SQL of whether two JSON objects, kept as exact text, differ; none is an empty one. The same members in another order
 * take as many bytes; only those are read as jsonb, unless they hold what jsonb cannot.
 */
function jsonDiffers(column: string): string {
  const [a, b] = [`coalesce(a.${column}, '{}')`, `coalesce(b.${column}, '{}')`];
  const exact = String.raw`\\u(0000|d[89a-f])`;
  return `CASE WHEN ${a} = ${b} THEN false
    WHEN octet_length(${a}) <> octet_length(${b}) THEN true
    WHEN ${a} ~ '${exact}' OR ${b} ~ '${exact}' THEN true
    ELSE ${a}::jsonb <> ${b}::jsonb END`;
}

/** SQL of whether documents differ: one by one only where their texts are not all the same. */
function documentsDiffer(texts: (exchange: string) => string, select: SelectDocuments, id: string): string {
  return `CASE WHEN ${texts('a')} IS NOT DISTINCT FROM ${texts('b')} THEN false
    ELSE EXISTS (${documentsOfOneSide(select, `a.${id}`, `b.${id}`)}) END`;
}

const KNOWN = '(NOT a.purged AND NOT b.purged)';

/** SQL of what can differ between the exchanges `a` and `b`: what is quick to tell comes first in a search. */
const DIFFERS: Record<ExchangeAspect, string> = {
  prompt: 'ROW(a.prompt_id, a.prompt_version) IS DISTINCT FROM ROW(b.prompt_id, b.prompt_version)',
  messages: `(${KNOWN} AND a.prompt_hash IS DISTINCT FROM b.prompt_hash)`,
  provider: 'a.provider IS DISTINCT FROM b.provider',
  model: 'a.model IS DISTINCT FROM b.model',
  answer: `(${KNOWN} AND ROW(a.response_sha256, a.response_encoding)
    IS DISTINCT FROM ROW(b.response_sha256, b.response_encoding))`,
  status: 'a.status <> b.status',
  error: `(${KNOWN} AND a.error IS DISTINCT FROM b.error)`,
  parser: 'ROW(a.parser, a.parser_version) IS DISTINCT FROM ROW(b.parser, b.parser_version)',
  parameters: jsonDiffers('parameters'),
  variables: `(${KNOWN} AND ${jsonDiffers('variables')})`,
  uses: `(a.uses <> b.uses AND ${documentsDiffer(usedTexts, USED, 'id')})`,
  parsed: `(a.parse_status IS DISTINCT FROM b.parse_status
    OR (a.parse_id <> b.parse_id AND ${documentsDiffer(parsedTexts, PARSED, 'parse_id')}))`,
};
const ASPECTS = Object.keys(DIFFERS) as ExchangeAspect[];

const SIDE_COLUMNS = [
  ...[
    'id',
    'opened_revision',
    'status',
    'prompt_version',
    'provider',
    'model',
    'purged',
    'parse_id',
    'parser',
  ],
  ...['parser_version', 'parse_status', 'response_sha256', 'response_encoding', 'response_size'],
];

/**
 * The statement that finds the pairs that differ in one of these aspects, in the order of `from`, and what only one side
 * has where it stands in its own order.
 *
 * Only ids, steps and order are read of all, and digests of `far` ones; of the pairs only as many as are needed to fill
 * the page. $1 to $5 are the ends, $6 what they share, $7 and $8 the place behind which it goes on, $9 the limit.
 */
export function selectPairs(
  ends: Ends,
  { reach, aspects = ASPECTS }: { reach: Reach; aspects?: readonly ExchangeAspect[] | undefined },
): string {
  const told = SIDE_COLUMNS.map((column) => `a.${column} AS a_${column}, b.${column} AS b_${column}`);
  const wanted = ASPECTS.filter((aspect) => aspects.includes(aspect)).map((aspect) => DIFFERS[aspect]);
  return `WITH ${ends.shared > 0 ? `${TOUCHED}, ` : ''}${side('x', '$2', { revision: '$3', ends, reach })},
    ${side('y', '$4', { revision: '$5', ends, reach })},
    pair AS MATERIALIZED (
      SELECT x.id AS a_id, y.id AS b_id, coalesce(x.rank, y.rank) AS place,
        CASE WHEN y.id IS NULL THEN 0 WHEN x.id IS NULL THEN 1 ELSE 2 END AS lane
      FROM x FULL JOIN y ON y.name = x.name AND y.key = x.key AND y.ordinal = x.ordinal
      WHERE x.digest IS NULL OR y.digest IS NULL OR x.digest <> y.digest)
  SELECT o.place, o.lane, s.name AS step_name, s.key AS step_key, ${told.join(', ')}, q.name AS a_prompt_name,
    r.name AS b_prompt_name, octet_length(a.variables) AS a_variables_bytes,
    octet_length(b.variables) AS b_variables_bytes,
    CASE WHEN o.lane < 2 THEN '{}' ELSE array_remove(ARRAY[${exchangeAspectSchema.options
      .map((aspect) => `CASE WHEN ${DIFFERS[aspect]} THEN '${aspect}' END`)
      .join(', ')}], NULL) END AS differs
  FROM (SELECT * FROM pair WHERE (place, lane) > ($7::int, $8::int)
      ${reach === 'near' ? 'AND place <= $10::int' : ''} ORDER BY place, lane) o
  LEFT JOIN LATERAL (${columns('o.a_id', '$3')}) a ON true
  LEFT JOIN LATERAL (${columns('o.b_id', '$5')}) b ON true
  LEFT JOIN step s ON s.project_id = $1 AND s.id = coalesce(a.step_id, b.step_id)
  LEFT JOIN prompt q ON q.project_id = $1 AND q.id = a.prompt_id
  LEFT JOIN prompt r ON r.project_id = $1 AND r.id = b.prompt_id
  WHERE o.lane < 2 OR ${wanted.join(' OR ')}
  ORDER BY o.place, o.lane LIMIT $9::int`;
}
