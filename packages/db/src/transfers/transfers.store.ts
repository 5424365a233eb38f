import type { TransfersService } from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { readBlobs } from './blobs.read.ts';
import { readDefinition } from './definitions.read.ts';
import { importUnit } from './import-unit.ts';
import { inspectUnit } from './inspect-unit.ts';
import { readRunPage } from './run-page.read.ts';
import { listUnits } from './units.read.ts';

/** What is stored as the lines of a file, and lines of a file into what is stored. */
export function createTransfersStore(context: StoreContext): TransfersService {
  return {
    units: (input) => listUnits(context, input),
    export: (input) =>
      input.type === 'run'
        ? readRunPage(context, input)
        : readDefinition(context, { ...input, type: input.type }),
    blobs: (input) => readBlobs(context, input),
    inspect: ({ unit }) => inspectUnit(context, unit),
    import: (input) => importUnit(context, input),
  };
}
