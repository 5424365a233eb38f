import type { InspectedTransfer, UnitLine } from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { findDefinition } from './find-definition.ts';

/** Says what a unit of a file would find here. Of a run's ledger only the entries can tell whether it is the same. */
export async function inspectUnit(
  { connection, scope }: StoreContext,
  unit: UnitLine,
): Promise<InspectedTransfer> {
  if (unit.type === 'run') {
    const rows = await connection.query<{ id: string; key: string; revision: number }>(
      'SELECT id, key, revision FROM run WHERE project_id = $1 AND (id = $2 OR key = $3) ORDER BY (id = $2) DESC LIMIT 1',
      [scope.projectId, unit.id, unit.key],
    );
    const [run] = rows;
    if (!run) return { found: 'absent', name: unit.key, place: 0, renamable: true };
    const isSame = run.id === unit.id;
    return {
      found: isSame ? 'present' : 'conflict',
      name: run.key,
      place: run.revision,
      renamable: !isSame,
    };
  }
  const definition = await findDefinition(connection, scope.projectId, unit);
  if (!definition) return { found: 'absent', name: unit.name, place: 0, renamable: true };
  const { id, name, newest, same } = definition;
  return { found: same ? 'present' : 'conflict', name, place: newest, renamable: id !== unit.id };
}
