import {
  type Exported,
  LedgerError,
  type PromptMessage,
  type RowLine,
  type RowLineOf,
} from '@stepledger/contract';
import { fromExactJson, fromExactJsonOrNull } from '../exact-json.ts';
import type { StoreContext } from '../store-context.ts';
import { exactTime } from './columns.ts';

/** Versions, and bytes of their templates as JSON, of one page; a page has at least one version. */
const MAX_VERSIONS = 100;
const MAX_BYTES = 4 * 1024 * 1024;

interface Range {
  readonly type: 'workflow' | 'prompt';
  readonly unitId: string;
  readonly after: number;
  readonly until: number;
}

/** Reads the versions of a prompt or a workflow behind one, and with the last of them the labels. @throws NOT_FOUND */
export async function readDefinition(context: StoreContext, range: Range): Promise<Exported> {
  const { type, unitId: id, until } = range;
  const { connection, scope } = context;
  const [head] = await connection.query(`SELECT 1 FROM ${type} WHERE project_id = $1 AND id = $2`, [
    scope.projectId,
    id,
  ]);
  if (!head) throw new LedgerError('NOT_FOUND', { type, id });
  const lines: RowLine[] = await (type === 'prompt' ? readPromptVersions : readWorkflowVersions)(
    context,
    range,
  );
  const last = lines.at(-1);
  const place = last && 'version' in last ? last.version : until;
  if (place < until) return { lines, next: place };
  if (type === 'prompt') lines.push(...(await readLabels(context, range)));
  return { lines, next: null };
}

/** By what stands before each version, so that the first is there however large it is. */
function cut(kind: 'workflow' | 'prompt', size: string): string {
  return `SELECT * FROM (
      SELECT v.*, ${exactTime('v.at')} AS exact_at,
        sum(${size}) OVER (ORDER BY v.version ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
      FROM ${kind}_version v
      WHERE v.project_id = $1 AND v.${kind}_id = $2 AND v.version > $3 AND v.version <= $4
      ORDER BY v.version LIMIT ${MAX_VERSIONS}) page
    WHERE coalesce(bytes_before, 0) < ${MAX_BYTES} ORDER BY version`;
}

async function readPromptVersions(
  { connection, scope }: StoreContext,
  { unitId: id, after, until }: Range,
): Promise<RowLineOf<'prompt_version'>[]> {
  type Line = RowLineOf<'prompt_version'>;
  const rows = await connection.query<
    Pick<Line, 'version' | 'syntax' | 'parameters' | 'metadata'> & {
      exact_at: string;
      template: string;
      note: string | null;
    }
  >(cut('prompt', 'octet_length(v.template)'), [scope.projectId, id, after, until]);
  return rows.map(({ version, exact_at: at, template, syntax, parameters, note, metadata }) => ({
    type: 'prompt_version',
    version,
    at,
    template: fromExactJson<PromptMessage[]>(template),
    syntax,
    parameters,
    note: fromExactJsonOrNull<string>(note),
    metadata,
  }));
}

async function readWorkflowVersions(
  { connection, scope }: StoreContext,
  { unitId: id, after, until }: Range,
): Promise<RowLineOf<'workflow_version'>[]> {
  type Line = RowLineOf<'workflow_version'>;
  const rows = await connection.query<
    Pick<Line, 'version' | 'steps' | 'metadata'> & { exact_at: string; note: string | null }
  >(cut('workflow', 'octet_length(v.steps::text)'), [scope.projectId, id, after, until]);
  return rows.map(({ version, exact_at: at, steps, note, metadata }) => ({
    type: 'workflow_version',
    version,
    at,
    steps,
    note: fromExactJsonOrNull<string>(note),
    metadata,
  }));
}

function readLabels(
  { connection, scope }: StoreContext,
  { unitId: id, until }: Range,
): Promise<RowLineOf<'prompt_label'>[]> {
  return connection.query(
    `SELECT 'prompt_label' AS type, l.label, l.version, ${exactTime('l.at')} AS at FROM prompt_label l
    WHERE l.project_id = $1 AND l.prompt_id = $2 AND l.version <= $3 ORDER BY l.label COLLATE "C"`,
    [scope.projectId, id, until],
  );
}
