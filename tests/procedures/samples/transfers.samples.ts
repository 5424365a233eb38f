import { newUuidV7 } from '../support/ids.ts';
import type { PathOf } from '../support/paths.ts';
import type { World } from '../support/world.ts';
import type { SamplesOf } from './sample.ts';

/** What an export tells of a run, as one that is not here. */
async function exportedRun({ api, run, word }: World) {
  const { key, runId } = await run();
  const [unit] = (await api.call('transfers.units', { type: 'run', name: key })).items;
  if (unit?.type !== 'run') throw new Error('The run is not listed');
  const { lines } = await api.call('transfers.export', { type: 'run', unitId: runId, until: unit.revision });
  return { unit: { ...unit, id: newUuidV7(), key: word() }, lines };
}

export const transferSamples: { [P in PathOf<'transfers'>]: SamplesOf<P> } = {
  'transfers.units': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ shared }) => ({
        type: 'prompt' as const,
        name: (await shared.prompt()).name,
        limit: 10,
      }),
    },
  },
  'transfers.export': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ runId }) => ({ type: 'run' as const, unitId: runId, after: 0, until: 1 }),
    },
  },
  'transfers.blobs': {
    full: { foreign: 'NOT_FOUND', input: async ({ shared }) => ({ ids: [await shared.blob()] }) },
  },
  'transfers.inspect': {
    full: { foreign: 'OWN', input: async (world) => ({ unit: (await exportedRun(world)).unit }) },
  },
  'transfers.import': {
    full: { foreign: 'OWN', input: exportedRun },
  },
};
