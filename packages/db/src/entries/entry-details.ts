import type { Change, ChangeDetail, Entry } from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import type { StoreContext } from '../store-context.ts';

/** Code units of an error that a change tells; errors may be long, and a page has many. */
const MAX_ERROR_LENGTH = 1000;
/** Code units of the JSON of an error that are read for it: each of its own may be escaped by six. */
const MAX_ERROR_JSON_LENGTH = 6 * MAX_ERROR_LENGTH + 2;

interface DetailRow {
  id: string;
  revision: number;
  /** Of a document only. */
  version: number | null;
  kind: string | null;
  key: string | null;
  step_name: string | null;
  step_key: string | null;
  status: string | null;
  /** The beginning of an exact JSON text. */
  error: string | null;
}

interface Asked {
  id: string;
  revision: number;
  version: number | null;
}

/** The same entries, each change with what its id stands for as of the entry's revision. */
export async function withDetails({ connection, scope }: StoreContext, entries: Entry[]): Promise<Entry[]> {
  const asked = Map.groupBy(
    entries.flatMap(({ revision, changes }) =>
      changes.map(({ what, id, version = null }) => ({ what, id, revision, version })),
    ),
    ({ what }) => SOURCES[what],
  );
  const found = new Map<string, ChangeDetail>();
  for (const [source, named] of asked) {
    if (source === undefined) continue;
    for (const row of await read(connection, { source, projectId: scope.projectId, named })) {
      found.set(nameOf(row), toDetail(row));
    }
  }
  const toDetailed = (revision: number) => (change: Change) => {
    const { id, version = null } = change;
    const detail = found.get(nameOf({ id, revision, version }));
    return detail === undefined ? change : { ...change, detail };
  };
  return entries.map((entry) => ({ ...entry, changes: entry.changes.map(toDetailed(entry.revision)) }));
}

function read(
  sql: Sql,
  { source, projectId, named }: { source: string; projectId: string; named: readonly Asked[] },
): Promise<DetailRow[]> {
  return sql.query<DetailRow>(source, [
    projectId,
    named.map(({ id }) => id),
    named.map(({ revision }) => revision),
    named.map(({ version }) => version),
  ]);
}

function nameOf({ id, revision, version }: Asked): string {
  return `${id}@${version ?? ''}r${revision}`;
}

function toDetail({ step_name: name, step_key: stepKey, kind, key, status, error }: DetailRow): ChangeDetail {
  return {
    step: name === null || stepKey === null ? null : { name, key: stepKey },
    document: kind === null || key === null ? null : { kind, key },
    status,
    error: error === null ? null : beginningOf(error),
  };
}

/** Reads the beginning of a JSON text, which may have been cut off inside of an escape. */
function beginningOf(json: string): string {
  if (json.length < MAX_ERROR_JSON_LENGTH) return (JSON.parse(json) as string).slice(0, MAX_ERROR_LENGTH);
  const whole = /^"(?:[^"\\]|\\(?:u[0-9a-f]{4}|[^u]))*/i.exec(json)?.[0] ?? '"';
  return (JSON.parse(`${whole}"`) as string).slice(0, MAX_ERROR_LENGTH);
}

const ASKED = 'unnest($2::uuid[], $3::int[], $4::int[]) AS x(id, revision, version)';
const ERROR = (column: string) => `left(${column}, ${MAX_ERROR_JSON_LENGTH}) AS error`;

const DOCUMENTS = `SELECT x.id, x.revision, x.version, d.kind, d.key, s.name AS step_name, s.key AS step_key,
    v.status, NULL AS error
  FROM ${ASKED}
  JOIN document d ON d.project_id = $1 AND d.id = x.id
  LEFT JOIN document_version v ON v.project_id = $1 AND v.document_id = x.id AND v.version = x.version
  LEFT JOIN step s ON s.project_id = $1 AND s.id = v.step_id`;

const STEPS = `SELECT x.id, x.revision, x.version, NULL AS kind, NULL AS key, s.name AS step_name, s.key AS step_key,
    t.status, ${ERROR('t.error')}
  FROM ${ASKED}
  JOIN step s ON s.project_id = $1 AND s.id = x.id
  LEFT JOIN LATERAL (SELECT k.status, k.error FROM step_state k
    WHERE k.project_id = $1 AND k.step_id = x.id AND k.revision <= x.revision
    ORDER BY k.revision DESC LIMIT 1) t ON true`;

/** What an exchange was once it is closed never changes; before, no more is known of the past than that it was open. */
const EXCHANGES = `SELECT x.id, x.revision, x.version, NULL AS kind, NULL AS key, s.name AS step_name,
    s.key AS step_key, CASE WHEN e.closed_revision <= x.revision THEN e.status ELSE 'pending' END AS status,
    CASE WHEN e.closed_revision <= x.revision THEN left(e.error, ${MAX_ERROR_JSON_LENGTH}) END AS error
  FROM ${ASKED}
  JOIN exchange e ON e.project_id = $1 AND e.id = x.id
  JOIN step s ON s.project_id = $1 AND s.id = e.step_id`;

const PARSES = `SELECT x.id, x.revision, x.version, NULL AS kind, NULL AS key, s.name AS step_name,
    s.key AS step_key, p.status, ${ERROR('p.error')}
  FROM ${ASKED}
  JOIN parse p ON p.project_id = $1 AND p.id = x.id
  JOIN exchange e ON e.project_id = $1 AND e.id = p.exchange_id
  JOIN step s ON s.project_id = $1 AND s.id = e.step_id`;

/** By what was changed; a run is known. */
const SOURCES: Record<string, string | undefined> = {
  document: DOCUMENTS,
  link: DOCUMENTS,
  claim: DOCUMENTS,
  step: STEPS,
  exchange: EXCHANGES,
  parse: PARSES,
};
