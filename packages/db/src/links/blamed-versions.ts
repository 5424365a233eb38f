import { type Blame, LIMITS } from '@stepledger/contract';
import { fromExactJsonOrNull } from '../exact-json.ts';
import type { StoreContext } from '../store-context.ts';
import { toTime } from '../time.ts';
import type { LineRange } from './blame-lines.ts';
import type { ChainLink } from './text-chain.ts';

type BlamedVersion = Blame['versions'][number];

interface BlamedRow {
  version: number;
  revision: number;
  at: Date;
  author: string | null;
  step_name: string | null;
  step_key: string | null;
  parse_id: string | null;
  parser: string | null;
  parser_version: string | null;
  exchange_id: string | null;
  prompt_name: string | null;
  prompt_version: number | null;
  variables: string | null;
  model: string | null;
}

/** Where the versions came from that wrote lines, newest first. */
export async function describeVersions(
  { connection, scope }: StoreContext,
  {
    documentId,
    chain,
    lines,
  }: { documentId: string; chain: readonly ChainLink[]; lines: readonly LineRange[] },
): Promise<BlamedVersion[]> {
  const versions = [...new Set(lines.flatMap(({ version }) => version ?? []))];
  if (versions.length === 0) return [];
  const rows = await connection.query<BlamedRow>(
    `SELECT v.version, v.revision, v.at, v.author, s.name AS step_name, s.key AS step_key,
      p.id AS parse_id, p.parser, p.parser_version, v.exchange_id, t.name AS prompt_name, e.prompt_version,
      coalesce(e.response_model, e.model) AS model,
      CASE WHEN coalesce(sum(octet_length(e.variables)) OVER (ORDER BY v.version DESC), 0) <= $4::int
        THEN e.variables END AS variables
    FROM document_version v
    LEFT JOIN step s ON s.project_id = v.project_id AND s.id = v.step_id
    LEFT JOIN parse p ON p.project_id = v.project_id AND p.id = v.parse_id
    LEFT JOIN exchange e ON e.project_id = v.project_id AND e.id = v.exchange_id
    LEFT JOIN prompt t ON t.project_id = e.project_id AND t.id = e.prompt_id
    WHERE v.project_id = $1 AND v.document_id = $2 AND v.version = ANY ($3::int[])
    ORDER BY v.version DESC`,
    [scope.projectId, documentId, versions, LIMITS.maxPageTextBytes],
  );
  const purged = new Map(chain.map(({ version, purgedBefore }) => [version, purgedBefore]));
  return rows.map((row) => toBlamedVersion(row, purged.get(row.version) ?? []));
}

function toBlamedVersion(row: BlamedRow, purgedBefore: number[]): BlamedVersion {
  const { version, revision, author, model } = row;
  return {
    version,
    revision,
    at: toTime(row.at),
    author,
    step: row.step_name === null ? null : { name: row.step_name, key: row.step_key ?? '' },
    parse:
      row.parse_id === null || row.parser === null || row.parser_version === null
        ? null
        : { id: row.parse_id, parser: row.parser, parserVersion: row.parser_version },
    exchangeId: row.exchange_id,
    prompt:
      row.prompt_name === null || row.prompt_version === null
        ? null
        : { name: row.prompt_name, version: row.prompt_version },
    variables: fromExactJsonOrNull(row.variables),
    model,
    purgedBefore,
  };
}
