import {
  LedgerError,
  type Page,
  type TransfersService,
  type UnitLine,
  type UnitType,
} from '@stepledger/contract';
import { fromCursor, toCursor, toPage } from '../cursors.ts';
import type { StoreContext } from '../store-context.ts';
import { Where } from '../where.ts';
import { exactTime, hex } from './columns.ts';

type Input = Parameters<TransfersService['units']>[0];

/** Lists the heads of what can be exported, by id. @throws NOT_FOUND for a name that nothing has. */
export async function listUnits(
  { connection, scope }: StoreContext,
  { type, name, cursor, limit }: Input,
): Promise<Page<UnitLine>> {
  const list = `transfers of each ${type}`;
  const types = ['uuid'] as const;
  const where = new Where('u', scope.projectId);
  if (name !== undefined) where.and(`u.${type === 'run' ? 'key' : 'name'} = ?`, name);
  where.after(['u.id'], types, { after: fromCursor(list, types, cursor) });
  const rows = await connection.query<UnitRow>(
    `${SELECT[type]} WHERE ${where.sql} ORDER BY u.id LIMIT ${where.bind(limit + 1)}`,
    where.values,
  );
  if (name !== undefined && rows.length === 0) throw new LedgerError('NOT_FOUND', { type, id: name });
  return toPage(rows, limit, {
    toItem: ({ unit }) => unit,
    toCursor: ({ unit }) => toCursor(list, [unit.id]),
  });
}

interface UnitRow {
  unit: UnitLine;
}

function definition(kind: 'workflow' | 'prompt', more = ''): string {
  return `SELECT json_build_object('type', '${kind}', 'id', u.id, 'name', u.name,
      'createdAt', ${exactTime('u.created_at')}${more},
      'versions', coalesce((SELECT json_agg(${hex('v.content_hash')} ORDER BY v.version) FROM ${kind}_version v
        WHERE v.project_id = u.project_id AND v.${kind}_id = u.id), '[]')) AS unit
    FROM ${kind} u`;
}

const SELECT: Record<UnitType, string> = {
  workflow: definition('workflow'),
  prompt: definition('prompt', `, 'deletedAt', ${exactTime('u.deleted_at')}`),
  run: `SELECT json_build_object('type', 'run', 'id', u.id, 'key', u.key, 'createdAt', ${exactTime('u.created_at')},
      'revision', u.revision,
      'workflow', (SELECT json_build_object('name', w.name, 'version', u.workflow_version) FROM workflow w
        WHERE w.project_id = u.project_id AND w.id = u.workflow_id),
      'steps', u.step_names,
      'origin', CASE WHEN u.origin_run_id IS NOT NULL THEN
        json_build_object('runId', u.origin_run_id, 'revision', u.forked_at_revision) END,
      'prompts', coalesce((SELECT json_agg(p.name ORDER BY p.name COLLATE "C") FROM prompt p
        WHERE p.project_id = u.project_id AND p.id IN (
          SELECT e.prompt_id FROM exchange e
          WHERE e.project_id = u.project_id AND e.run_id = u.id AND e.prompt_id IS NOT NULL
          UNION
          SELECT k.prompt_id FROM run_prompt k WHERE k.project_id = u.project_id AND k.run_id = u.id)), '[]')) AS unit
    FROM run u`,
};
