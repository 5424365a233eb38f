import { isLedgerError } from '@stepledger/client';
import { type Move, make, type World } from './histories.ts';

/** What a caller may be told of the state of things; a deadlock or a fault of ours is none of these. */
const EXPECTED = new Set([
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'VERSION_CONFLICT',
  'INVALID_STATE',
  'DELETED',
  'PURGED',
  'CYCLE',
]);

export interface Made {
  readonly call: string;
  readonly runId: string;
  readonly revision: number;
}

/** Makes all calls, those of one round at once, and answers what succeeded. Fails for what no caller should see. */
export async function writeHistory(
  world: World,
  rounds: readonly (readonly Move[])[],
): Promise<readonly Made[]> {
  const made: Made[] = [];
  for (const round of rounds) {
    await Promise.all(
      round.map(async (move) => {
        const receipt = await makeUnlessRefused(world, move);
        if (receipt) made.push({ ...receipt, call: move.call });
      }),
    );
  }
  return made;
}

async function makeUnlessRefused(world: World, move: Move) {
  try {
    return await make(world, move);
  } catch (error) {
    if (isLedgerError(error) && EXPECTED.has(error.code)) return undefined;
    throw new Error(`${move.call} failed`, { cause: error });
  }
}
