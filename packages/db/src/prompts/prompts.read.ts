import {
  type JsonObject,
  LedgerError,
  LIMITS,
  type Page,
  type Prompt,
  type PromptMessage,
  type PromptRef,
  type PromptsService,
} from '@stepledger/contract';
import { fromCursor, toCursor, toPage } from '../cursors.ts';
import { fromExactJson, fromExactJsonOrNull } from '../exact-json.ts';
import { requireRun } from '../runs/require-run.ts';
import type { StoreContext } from '../store-context.ts';
import { toTime } from '../time.ts';

interface PromptRow {
  id: string;
  name: string;
  version: number;
  template: string;
  syntax: string;
  parameters: string[];
  note: string | null;
  metadata: JsonObject;
  at: Date;
  labels: string[];
}

const selectPrompt = (
  template: string,
) => `SELECT p.id, p.name, v.version, ${template} AS template, v.syntax, v.parameters, v.note, v.metadata, v.at,
    ARRAY(SELECT l.label FROM prompt_label l
      WHERE l.project_id = v.project_id AND l.prompt_id = v.prompt_id AND l.version = v.version
      ORDER BY l.label) AS labels
  FROM prompt p JOIN prompt_version v ON v.project_id = p.project_id AND v.prompt_id = p.id`;

/** Reads a prompt by version, by label (as the run pinned it, if one is named) or at its newest. @throws NOT_FOUND */
export async function getPrompt(
  { connection, scope }: StoreContext,
  ref: PromptRef & { runId?: string | undefined },
): Promise<Prompt> {
  const { name, version, label, runId } = ref;
  // A run that is not there must not pass for one that has pinned nothing.
  if (runId !== undefined) await requireRun(connection, scope.projectId, runId);
  const [wanted, values] =
    label === undefined
      ? ['coalesce($3::int, p.head_version)', [version ?? null]]
      : [
          `coalesce(
            (SELECT k.version FROM run_prompt k
              WHERE k.project_id = p.project_id AND k.run_id = $4 AND k.prompt_id = p.id AND k.label = $3),
            (SELECT l.version FROM prompt_label l
              WHERE l.project_id = p.project_id AND l.prompt_id = p.id AND l.label = $3))`,
          [label, runId ?? null],
        ];
  const [row] = await connection.query<PromptRow>(
    `${selectPrompt('v.template')} AND v.version = ${wanted}
    WHERE p.project_id = $1 AND p.name = $2 AND p.deleted_at IS NULL`,
    [scope.projectId, name, ...values],
  );
  if (row) return toPrompt(row);
  if (label !== undefined)
    throw new LedgerError('NOT_FOUND', { type: 'prompt label', id: `${name}@${label}` });
  throw promptNotFound(name, version);
}

/** Reads two versions, also of a deleted prompt. @throws NOT_FOUND */
export async function getPromptVersions(
  { connection, scope }: StoreContext,
  { name, versions }: { name: string; versions: readonly number[] },
): Promise<Map<number, PromptMessage[]>> {
  const rows = await connection.query<{ version: number; template: string }>(
    `SELECT v.version, v.template
    FROM prompt p JOIN prompt_version v ON v.project_id = p.project_id AND v.prompt_id = p.id
    WHERE p.project_id = $1 AND p.name = $2 AND v.version = ANY ($3::int[])`,
    [scope.projectId, name, versions],
  );
  const found = new Map(
    rows.map(({ version, template }) => [version, fromExactJson<PromptMessage[]>(template)]),
  );
  const missing = versions.find((version) => !found.has(version));
  if (missing !== undefined) throw promptNotFound(name, missing);
  return found;
}

/** A version by its place, with what its template takes. */
interface PlacedVersion {
  name: string;
  prompt_id: string;
  version: number;
  size: number;
}

/** The newest versions, by name. */
export async function listPrompts(
  context: StoreContext,
  { cursor, limit, withTemplate }: Parameters<PromptsService['list']>[0],
): Promise<Page<Prompt>> {
  const [after = ''] = fromCursor('prompts', ['string'], cursor) ?? [];
  const rows = await context.connection.query<PlacedVersion>(
    `SELECT p.name, v.prompt_id, v.version, octet_length(v.template) AS size
    FROM prompt p JOIN prompt_version v
      ON v.project_id = p.project_id AND v.prompt_id = p.id AND v.version = p.head_version
    WHERE p.project_id = $1 AND p.deleted_at IS NULL AND p.name > $2 ORDER BY p.name LIMIT $3`,
    [context.scope.projectId, after, limit + 1],
  );
  return toPromptPage(context, rows, {
    limit,
    withTemplate,
    toCursor: ({ name }) => toCursor('prompts', [name]),
  });
}

/** Every version, oldest first, also of a deleted prompt. @throws NOT_FOUND */
export async function listPromptVersions(
  context: StoreContext,
  { name, cursor, limit, withTemplate }: Parameters<PromptsService['history']>[0],
): Promise<Page<Prompt>> {
  const [after = 0] = fromCursor('prompt versions', ['number'], cursor) ?? [];
  const rows = await context.connection.query<PlacedVersion>(
    `SELECT p.name, v.prompt_id, v.version, octet_length(v.template) AS size
    FROM prompt p JOIN prompt_version v ON v.project_id = p.project_id AND v.prompt_id = p.id AND v.version > $3
    WHERE p.project_id = $1 AND p.name = $2 ORDER BY v.version LIMIT $4`,
    [context.scope.projectId, name, after, limit + 1],
  );
  if (rows.length === 0 && cursor === undefined) throw promptNotFound(name);
  return toPromptPage(context, rows, {
    limit,
    withTemplate,
    toCursor: ({ version }) => toCursor('prompt versions', [version]),
  });
}

export function promptNotFound(name: string, version?: number): LedgerError {
  if (version === undefined) return new LedgerError('NOT_FOUND', { type: 'prompt', id: name });
  return new LedgerError('NOT_FOUND', { type: 'prompt version', id: `${name}@${version}` });
}

/** A page ends at its limit, or where its templates would be more than a page carries. */
async function toPromptPage(
  { connection, scope }: StoreContext,
  rows: readonly PlacedVersion[],
  options: { limit: number; withTemplate: boolean; toCursor: (row: PlacedVersion) => string },
): Promise<Page<Prompt>> {
  const { limit, withTemplate, toCursor } = options;
  const fitting = withTemplate ? Math.min(limit, countThatFit(rows)) : limit;
  const { items, nextCursor } = toPage(rows, fitting, { toItem: (row) => row, toCursor });
  const prompts = await connection.query<PromptRow>(
    `${selectPrompt(withTemplate ? 'v.template' : "'[]'")}
    JOIN unnest($2::uuid[], $3::int[]) WITH ORDINALITY AS wanted(id, version, place)
      ON wanted.id = v.prompt_id AND wanted.version = v.version
    WHERE p.project_id = $1 ORDER BY wanted.place`,
    [scope.projectId, items.map((row) => row.prompt_id), items.map(({ version }) => version)],
  );
  return { items: prompts.map(toPrompt), nextCursor };
}

/** At least one. */
function countThatFit(rows: readonly PlacedVersion[]): number {
  let bytes = 0;
  const full = rows.findIndex(({ size }) => {
    bytes += size;
    return bytes > LIMITS.maxPageTextBytes;
  });
  return full === -1 ? rows.length : Math.max(full, 1);
}

function toPrompt(row: PromptRow): Prompt {
  const { id, name, version, syntax, parameters, metadata, labels } = row;
  return {
    id,
    name,
    version,
    template: fromExactJson<PromptMessage[]>(row.template),
    syntax,
    parameters,
    note: fromExactJsonOrNull<string>(row.note),
    metadata,
    createdAt: toTime(row.at),
    labels,
  };
}
