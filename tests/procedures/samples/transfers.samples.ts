import type { PathOf } from '../support/paths.ts';
import type { World } from '../support/world.ts';
import type { SamplesOf } from './sample.ts';

/** A run of its own with what an export tells of it. */
async function exportedRun({ api, run }: World) {
  const { key, runId } = await run();
  const [unit] = (await api.call('transfers.units', { kind: 'run', name: key })).items;
  if (unit?.type !== 'run') throw new Error('The run is not listed');
  const { lines } = await api.call('transfers.export', { kind: 'run', id: runId, until: unit.revision });
  return { unit, lines };
}

export const transferSamples: { [P in PathOf<'transfers'>]: SamplesOf<P> } = {
  'transfers.units': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ shared }) => ({
        kind: 'prompt' as const,
        name: (await shared.prompt()).name,
        limit: 10,
      }),
    },
  },
  'transfers.export': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ runId }) => ({ kind: 'run' as const, id: runId, after: 0, until: 1 }),
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
