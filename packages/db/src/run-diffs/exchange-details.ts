import { isDeepStrictEqual } from 'node:util';
import { type DocumentPair, type ExchangeDifference, LIMITS } from '@stepledger/contract';
import { fromExactJsonOrNull } from '../exact-json.ts';
import type { StoreContext } from '../store-context.ts';
import { documentsOfOneSide, PARSED, type SelectDocuments, USED } from './exchange-documents.ts';
import type { PairRow } from './exchanges.section.ts';

type Details = Pick<ExchangeDifference, 'variables' | 'parameters' | 'uses' | 'parsed' | 'cut'>;

const MOST = LIMITS.maxDiffDetails;

/** Tells of pairs that differ by which variables, parameters and documents they do: four statements at most. */
export async function readExchangeDetails(
  context: StoreContext,
  rows: readonly PairRow[],
): Promise<(row: PairRow) => Details> {
  const variables = await readVariables(context, rows);
  const parameters = await readParameters(context, rows);
  const uses = await readDocuments(context, pairsOf(rows, 'uses', 'id'), USED);
  const parsed = await readDocuments(context, pairsOf(rows, 'parsed', 'parse_id'), PARSED);
  return (row) => {
    const lists = {
      variables: variables(row),
      parameters: parameters(row),
      uses: uses(row.a_id),
      parsed: parsed(row.a_parse_id ?? row.b_parse_id),
    };
    const cut = Object.values(lists).some((list) => list !== null && list.length > MOST);
    return {
      variables: lists.variables?.slice(0, MOST) ?? null,
      parameters: lists.parameters?.slice(0, MOST) ?? null,
      uses: lists.uses.slice(0, MOST),
      parsed: lists.parsed.slice(0, MOST),
      cut,
    };
  };
}

type Names = (row: PairRow) => string[] | null;

/** The values of a JSON object of each exchange, by names that differ. */
async function readNames(
  { connection, scope }: StoreContext,
  column: 'variables' | 'parameters',
  { wanted, unknown }: { wanted: readonly PairRow[]; unknown: ReadonlySet<PairRow> },
): Promise<Names> {
  const ids = wanted.flatMap(({ a_id: a, b_id: b }) => [a, b]);
  const rows =
    ids.length === 0
      ? []
      : await connection.query<{ id: string; json: string | null }>(
          `SELECT id, ${column} AS json FROM exchange WHERE project_id = $1 AND id = ANY ($2::uuid[])`,
          [scope.projectId, ids],
        );
  const objects = new Map(
    rows.map(({ id, json }) => [id, fromExactJsonOrNull<Record<string, unknown>>(json) ?? {}]),
  );
  return (row) => {
    if (unknown.has(row)) return null;
    if (!row.differs.includes(column)) return [];
    return namesThatDiffer(objects.get(row.a_id ?? '') ?? {}, objects.get(row.b_id ?? '') ?? {});
  };
}

function namesThatDiffer(a: Record<string, unknown>, b: Record<string, unknown>): string[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return names.filter(
    (name) => Object.hasOwn(a, name) !== Object.hasOwn(b, name) || !isDeepStrictEqual(a[name], b[name]),
  );
}

/** Of so many pairs as have variables of no more bytes together than a page of texts. */
function readVariables(context: StoreContext, rows: readonly PairRow[]): Promise<Names> {
  let bytes = 0;
  const differing = rows.filter(({ differs }) => differs.includes('variables'));
  const unknown = new Set(
    differing.filter((row) => {
      bytes += (row.a_variables_bytes ?? 0) + (row.b_variables_bytes ?? 0);
      return bytes > LIMITS.maxPageTextBytes;
    }),
  );
  const wanted = differing.filter((row) => !unknown.has(row));
  return readNames(context, 'variables', { wanted, unknown });
}

/** Of all pairs of a page: each has at most LIMITS.maxMetadataBytes. */
function readParameters(context: StoreContext, rows: readonly PairRow[]): Promise<Names> {
  const wanted = rows.filter(({ differs }) => differs.includes('parameters'));
  return readNames(context, 'parameters', { wanted, unknown: new Set() });
}

function pairsOf(
  rows: readonly PairRow[],
  aspect: 'uses' | 'parsed',
  column: 'id' | 'parse_id',
): [string | null, string | null][] {
  return rows
    .filter(({ differs }) => differs.includes(aspect))
    .map((row): [string | null, string | null] => [row[`a_${column}`], row[`b_${column}`]]);
}

interface SidedRow {
  place: string;
  side: 'from' | 'to';
  kind: string;
  key: string;
  document_id: string;
  version: number;
}

/** The documents that one side of each pair has and the other does not have with the same text. */
async function readDocuments(
  { connection, scope }: StoreContext,
  pairs: readonly [string | null, string | null][],
  select: SelectDocuments,
): Promise<(id: string | null) => DocumentPair[]> {
  const rows =
    pairs.length === 0
      ? []
      : await connection.query<SidedRow>(
          `SELECT coalesce(w.a, w.b) AS place, o.side, o.kind, o.key, o.document_id, o.version
          FROM unnest($2::uuid[], $3::uuid[]) AS w(a, b)
          CROSS JOIN LATERAL (
            SELECT d.*, row_number() OVER (PARTITION BY d.side ORDER BY d.kind, d.key, d.version) AS place
            FROM (${documentsOfOneSide(select, 'w.a', 'w.b')}) d) o
          WHERE o.place <= ${MOST + 1} ORDER BY o.place`,
          [scope.projectId, pairs.map(([a]) => a), pairs.map(([, b]) => b)],
        );
  const byPlace = Map.groupBy(rows, ({ place }) => place);
  return (id) => (id === null ? [] : toPairs(byPlace.get(id) ?? []));
}

/** Both sides of a kind and key side by side, by kind and key. */
function toPairs(rows: readonly SidedRow[]): DocumentPair[] {
  const byKey = Map.groupBy(rows, ({ kind, key }) => JSON.stringify([kind, key]));
  const keys = [...byKey.keys()].sort();
  return keys.flatMap((name) => {
    const same = byKey.get(name) ?? [];
    const refs = (side: string) =>
      same
        .filter((row) => row.side === side)
        .map(({ document_id: documentId, version }) => ({ documentId, version }));
    const [from, to] = [refs('from'), refs('to')];
    const { kind = '', key = '' } = same[0] ?? {};
    return Array.from({ length: Math.max(from.length, to.length) }, (_, index) => ({
      kind,
      key,
      from: from[index] ?? null,
      to: to[index] ?? null,
    }));
  });
}
