import type { PathOf } from '../support/paths.ts';
import type { World } from '../support/world.ts';
import { FUTURE, type SamplesOf } from './sample.ts';

export const runSamples: { [P in PathOf<'runs'>]: SamplesOf<P> } = {
  'runs.start': {
    full: {
      foreign: 'NOT_FOUND',
      input: ({ workflow, word, text }) => ({
        key: word(),
        workflow: { name: workflow, version: 1 },
        strict: false,
        goal: text(),
        metadata: { owner: word(), sizes: [1, 2.5] },
      }),
    },
    'with a workflow by name': {
      foreign: 'NOT_FOUND',
      input: ({ workflow, word }) => ({ key: word(), workflow }),
    },
    'without a workflow': { foreign: 'OWN', input: ({ word }) => ({ key: word() }) },
  },
  'runs.get': {
    'by id': { foreign: 'NOT_FOUND', input: ({ runId }) => ({ runId, asOf: { revision: 1 } }) },
    'by key': { foreign: 'NOT_FOUND', input: async ({ run }) => ({ key: (await run()).key, asOf: FUTURE }) },
  },
  'runs.list': {
    full: { foreign: 'EMPTY', input: ({ workflow }) => ({ workflow, status: 'running', limit: 10 }) },
    'of the forks of a run': { foreign: 'EMPTY', input: ({ runId }) => ({ originRunId: runId }) },
  },
  'runs.overview': {
    full: {
      foreign: 'EMPTY',
      input: ({ workflow }) => ({ workflow, status: 'running', order: 'changed', limit: 10 }),
    },
    'of the forks of a run': {
      foreign: 'EMPTY',
      input: ({ runId }) => ({ originRunId: runId, order: 'oldest' }),
    },
  },
  'runs.work': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ run, runId }) => ({ runIds: [(await run()).runId, runId] }),
    },
  },
  'runs.update': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ run, word, text }) => ({
        runId: (await run()).runId,
        goal: text(),
        metadata: { owner: word() },
        expectedVersion: 1,
      }),
    },
  },
  'runs.complete': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ run }) => ({ runId: (await run()).runId, status: 'cancelled' }),
    },
  },
  'runs.diff': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => ({
        from: { runId: await changedRun(world), asOf: FUTURE },
        to: { runId: await changedRun(world), asOf: { revision: 2 } },
        what: ['run', 'step', 'exchange', 'document'],
        withPatches: true,
        limit: 10,
      }),
    },
    'of two revisions': {
      foreign: 'NOT_FOUND',
      input: async (world) => {
        const runId = await changedRun(world);
        return { from: { runId, asOf: { revision: 1 } }, to: { runId } };
      },
    },
  },
  'runs.fork': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ run, word, text }) => ({
        runId: (await run()).runId,
        key: word(),
        revision: 1,
        goal: text(),
        metadata: { owner: word() },
      }),
    },
    'from a step': {
      foreign: 'NOT_FOUND',
      input: async ({ api, run, step, word }) => {
        const begun = { runId: (await run()).runId, step: step() };
        await api.call('steps.start', begun);
        return { ...begun, key: word() };
      },
    },
  },
  'runs.compare': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ run, runId }) => ({ runIds: [(await run()).runId, runId] }),
    },
  },
  'runs.delete': {
    full: { foreign: 'NOT_FOUND', input: async ({ run }) => ({ runId: (await run()).runId }) },
  },
};

/** A run with a step and a document of its own. */
async function changedRun({ api, run, step, text }: World): Promise<string> {
  const { runId } = await run();
  await api.call('documents.put', { runId, step: step(), kind: 'design', text: text() });
  return runId;
}

export const stepSamples: { [P in PathOf<'steps'>]: SamplesOf<P> } = {
  'steps.start': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => ({
        ...(await startedStep(world)),
        parent: (await startedStep(world)).step,
        step: world.step(),
      }),
    },
    'of a step that runs already': { foreign: 'NOT_FOUND', input: startedStep },
  },
  'steps.complete': {
    full: { foreign: 'NOT_FOUND', input: startedStep },
  },
  'steps.fail': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => ({ ...(await startedStep(world)), error: world.text() }),
    },
  },
  'steps.get': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => ({ ...(await startedStep(world)), asOf: FUTURE }),
    },
  },
  'steps.list': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => {
        const { runId, step } = await startedStep(world);
        return { runId, name: step.name, status: 'running', limit: 10, asOf: FUTURE };
      },
    },
  },
};

export const entrySamples: { [P in PathOf<'entries'>]: SamplesOf<P> } = {
  'entries.subscribe': {
    full: { foreign: 'NOT_FOUND', input: ({ runId }) => ({ runId, fromRevision: 1, fromNow: false }) },
    'of all runs': { foreign: 'OWN', input: () => ({ fromNow: true }) },
  },
  'entries.list': {
    full: {
      foreign: 'NOT_FOUND',
      input: ({ runId }) => ({
        runId,
        fromRevision: 1,
        withDetails: true,
        limit: 10,
        order: 'newest',
        asOf: { revision: 1 },
      }),
    },
  },
};

async function startedStep({ api, runId, step }: World) {
  const started = { runId, step: step() };
  await api.call('steps.start', started);
  return started;
}
