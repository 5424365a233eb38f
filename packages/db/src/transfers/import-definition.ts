import {
  type Imported,
  LedgerError,
  type RowLine,
  type RowLineOf,
  type UnitLine,
} from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import { hashContent } from '../content-versions.ts';
import { toExactJson, toExactJsonOrNull } from '../exact-json.ts';
import type { Db, StoreContext } from '../store-context.ts';
import { inTransaction } from '../transaction-sql.ts';
import { badLine } from './bad-line.ts';
import { type FoundDefinition, findDefinition } from './find-definition.ts';
import { insertRows } from './insert-rows.ts';

type Definition = Exclude<UnitLine, { type: 'run' }>;
type VersionLine = RowLineOf<'workflow_version' | 'prompt_version'>;

/**
 * Takes in the next versions of a prompt or a workflow. The one that has its name here goes on, as long as all versions
 * that both have are the same; a label that is here stays where it is.
 *
 * @throws ALREADY_EXISTS, VERSION_CONFLICT, BAD_INPUT
 */
export async function importDefinition(
  { scope }: StoreContext,
  { db, unit, lines }: { db: Db; unit: Definition; lines: readonly RowLine[] },
): Promise<Imported> {
  const sql = inTransaction(db);
  const { projectId } = scope;
  const versions = toVersions(unit, lines);
  const found = await findDefinition(sql, projectId, unit, 'FOR UPDATE');
  if (found && !found.same) throw new LedgerError('ALREADY_EXISTS', { type: unit.type, id: unit.name });
  const head = found?.newest ?? 0;
  const added = versions.filter(({ version }) => version > head);
  const [first] = added;
  if (first && first.version !== head + 1) {
    const [expected, actual] = [first.version - 1, head];
    throw new LedgerError('VERSION_CONFLICT', { type: unit.type, id: unit.name, expected, actual });
  }
  const place = added.at(-1)?.version ?? head;
  if (first) {
    const id = await writeHead(sql, projectId, { unit, found, place });
    await insertVersions(sql, projectId, { unit, id, versions: added });
    await writeLabels(sql, projectId, { id, lines, place });
  } else if (found) await writeLabels(sql, projectId, { id: found.id, lines, place });
  return { place, added: added.length };
}

function toVersions(unit: Definition, lines: readonly RowLine[]): VersionLine[] {
  const versions: VersionLine[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.type === 'prompt_label' && unit.type === 'prompt') continue;
    if (line.type !== `${unit.type}_version`) throw badLine(index, 'type', `is not of a ${unit.type}`);
    const version = line as VersionLine;
    const previous = versions.at(-1)?.version ?? version.version - 1;
    if (version.version !== previous + 1) {
      throw badLine(index, 'version', `must be ${previous + 1}: versions have no gaps`);
    }
    const own = hashOf(version).toString('hex');
    const told = unit.versions[version.version - 1];
    if (told === undefined) throw badLine(index, 'version', `is more than the ${unit.type} has`);
    if (own !== told) throw badLine(index, '', `holds another content than its ${unit.type} tells: ${own}`);
    versions.push(version);
  }
  return versions;
}

/** As `prompts.put` and `workflows.define` tell versions apart. */
function hashOf(line: VersionLine): Buffer {
  return line.type === 'workflow_version'
    ? hashContent([line.steps, line.metadata])
    : hashContent([line.template, line.syntax, line.parameters, line.metadata]);
}

async function writeHead(
  sql: Sql,
  projectId: string,
  { unit, found, place }: { unit: Definition; found: FoundDefinition | null; place: number },
): Promise<string> {
  if (found) {
    await sql.query(`UPDATE ${unit.type} SET head_version = $3 WHERE project_id = $1 AND id = $2`, [
      projectId,
      found.id,
      place,
    ]);
    return found.id;
  }
  const row = { id: unit.id, name: unit.name, head_version: place, created_at: unit.createdAt };
  const columns = { id: 'uuid', name: 'text', head_version: 'int', created_at: 'timestamptz' } as const;
  if (unit.type === 'workflow') {
    await insertRows(sql, projectId, { table: 'workflow', columns, rows: [row] });
  } else {
    await insertRows(sql, projectId, {
      table: 'prompt',
      columns: { ...columns, deleted_at: 'timestamptz' },
      rows: [{ ...row, deleted_at: unit.deletedAt }],
    });
  }
  return unit.id;
}

async function insertVersions(
  sql: Sql,
  projectId: string,
  { unit, id, versions }: { unit: Definition; id: string; versions: readonly VersionLine[] },
): Promise<void> {
  const columns = {
    [`${unit.type}_id`]: 'uuid',
    version: 'int',
    note: 'text',
    metadata: 'jsonb',
    content_hash: 'bytea',
    at: 'timestamptz',
    ...(unit.type === 'workflow'
      ? ({ steps: 'jsonb' } as const)
      : ({ template: 'text', syntax: 'text', parameters: 'text[]' } as const)),
  } as const;
  const rows = versions.map((line) => ({
    [`${unit.type}_id`]: id,
    version: line.version,
    note: toExactJsonOrNull(line.note),
    metadata: line.metadata,
    content_hash: hashOf(line).toString('hex'),
    at: line.at,
    ...(line.type === 'workflow_version'
      ? { steps: line.steps }
      : { template: toExactJson(line.template), syntax: line.syntax, parameters: line.parameters }),
  }));
  await insertRows(sql, projectId, { table: `${unit.type}_version`, columns, rows });
  if (unit.type === 'workflow') return;
  await sql.query(
    `INSERT INTO search_pending (project_id, backlog, kind, id, revision)
    SELECT $1, true, 'prompt', $2, v FROM unnest($3::int[]) AS v ON CONFLICT DO NOTHING`,
    [projectId, id, versions.map(({ version }) => version)],
  );
}

async function writeLabels(
  sql: Sql,
  projectId: string,
  { id, lines, place }: { id: string; lines: readonly RowLine[]; place: number },
): Promise<void> {
  const labels = lines.flatMap((line, index) => (line.type === 'prompt_label' ? [{ ...line, index }] : []));
  if (labels.length === 0) return;
  const beyond = labels.find(({ version }) => version > place);
  if (beyond) throw badLine(beyond.index, 'version', 'is a version that is not here: it must come first');
  await sql.query(
    `INSERT INTO prompt_label (project_id, prompt_id, label, version, at)
    SELECT $1, $2, x.label, x.version, x.at
    FROM json_to_recordset($3::json) AS x(label text, version int, at timestamptz) ON CONFLICT DO NOTHING`,
    [projectId, id, JSON.stringify(labels)],
  );
}
