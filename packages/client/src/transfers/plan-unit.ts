import type { InspectedTransfer, UnitLine } from '@stepledger/contract';
import { ledgerError } from '../errors/client-errors.ts';
import type { TransferCalls } from './transfer-calls.ts';

/** What to do with a unit whose name is another's here, or that has other content here. */
export type OnConflict = 'fail' | 'skip' | 'rename';

/** How a unit of a file is taken in: under which name, behind which revision or version. */
export type UnitPlan =
  | { readonly unit: UnitLine; readonly name: string; readonly place: number; readonly skip?: undefined }
  | { readonly skip: string };

/** Numbers that are tried for another name. */
const MAX_NAMES = 1000;

/**
 * Finds out what a unit of the file would meet here.
 *
 * @throws ALREADY_EXISTS for a conflict that is to fail, or that no other name helps with
 */
export async function planUnit(
  calls: TransferCalls,
  unit: UnitLine,
  onConflict: OnConflict,
): Promise<UnitPlan> {
  const inspected = await inspect(calls, unit);
  if (inspected.found !== 'conflict') {
    return { unit: renamed(unit, inspected.name), name: inspected.name, place: inspected.place };
  }
  if (onConflict === 'skip') return { skip: reasonOf(inspected) };
  if (onConflict === 'fail' || !inspected.renamable) {
    throw ledgerError('ALREADY_EXISTS', { type: unit.type, id: nameOf(unit) });
  }
  for (let number = 2; number <= MAX_NAMES; number++) {
    const name = numbered(nameOf(unit), number);
    const { found } = await inspect(calls, renamed(unit, name));
    if (found === 'absent') return { unit: renamed(unit, name), name, place: 0 };
  }
  throw ledgerError('ALREADY_EXISTS', { type: unit.type, id: nameOf(unit) });
}

async function inspect({ features, options }: TransferCalls, unit: UnitLine): Promise<InspectedTransfer> {
  return features.transfers.inspect({ unit }, options);
}

function reasonOf({ renamable }: InspectedTransfer): string {
  return renamable ? 'its name is taken' : 'it has other content here';
}

export function nameOf(unit: UnitLine): string {
  return unit.type === 'run' ? unit.key : unit.name;
}

function renamed<Unit extends UnitLine>(unit: Unit, name: string): Unit {
  return unit.type === 'run' ? { ...unit, key: name } : { ...unit, name };
}

/** Within the 200 code units that a name may have, and without half a character at the cut. */
function numbered(name: string, number: number): string {
  const suffix = ` (${number})`;
  const kept = name.slice(0, 200 - suffix.length);
  return `${kept.isWellFormed() ? kept : kept.slice(0, -1)}${suffix}`;
}
