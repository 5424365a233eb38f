import type { PathOf } from '../support/paths.ts';
import type { World } from '../support/world.ts';
import type { SamplesOf } from './sample.ts';

export const promptSamples: { [P in PathOf<'prompts'>]: SamplesOf<P> } = {
  'prompts.put': {
    full: {
      foreign: 'OWN',
      input: ({ word, text }) => ({
        name: word(),
        template: [
          { role: 'system', text: text() },
          { role: 'user', text: `${text()} {{topic}}` },
        ],
        syntax: 'mustache',
        parameters: ['topic'],
        note: text(),
        metadata: { owner: word(), nested: { list: [1, 'two', null] } },
        expectedVersion: 0,
      }),
    },
    'one text': {
      foreign: 'OWN',
      input: ({ word, text }) => ({ name: word(), template: text() }),
    },
  },
  'prompts.get': {
    'by version': {
      foreign: 'NOT_FOUND',
      input: async ({ runId, shared }) => ({ name: (await shared.prompt()).name, version: 1, runId }),
    },
    'by label': { foreign: 'NOT_FOUND', input: ({ shared }) => shared.prompt() },
    newest: { foreign: 'NOT_FOUND', input: async ({ shared }) => ({ name: (await shared.prompt()).name }) },
  },
  'prompts.list': {
    full: {
      foreign: 'EMPTY',
      input: async ({ shared }) => {
        await shared.prompt();
        return { withTemplate: false, limit: 10 };
      },
    },
  },
  'prompts.history': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ shared }) => ({
        name: (await shared.prompt()).name,
        withTemplate: false,
        limit: 10,
      }),
    },
  },
  'prompts.usage': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ shared }) => ({ name: (await shared.prompt()).name, limit: 10 }),
    },
  },
  'prompts.uses': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => {
        const { name } = await world.shared.prompt();
        await useTwice(world, { name, version: 1 });
        return { name, version: 1, limit: 10 };
      },
    },
  },
  'prompts.diff': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ shared }) => ({ name: (await shared.prompt()).name, from: 1, to: 2 }),
    },
  },
  'prompts.setLabel': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ shared, word }) => ({ name: (await shared.prompt()).name, label: word(), version: 2 }),
    },
    'moved from another version': {
      foreign: 'NOT_FOUND',
      input: async (world) => ({ ...(await labelled(world)), version: 2 }),
    },
  },
  'prompts.removeLabel': {
    full: { foreign: 'NOT_FOUND', input: labelled },
  },
  'prompts.render': {
    'by version': {
      foreign: 'NOT_FOUND',
      input: async ({ shared, text, runId }) => ({
        name: (await shared.prompt()).name,
        version: 2,
        runId,
        variables: { topic: text(), other: text() },
      }),
    },
    'by label': {
      foreign: 'NOT_FOUND',
      input: async ({ shared, text }) => ({
        ...(await shared.prompt()),
        variables: { topic: text() },
      }),
    },
  },
  'prompts.delete': {
    full: { foreign: 'NOT_FOUND', input: async ({ prompt }) => ({ name: (await prompt()).name }) },
  },
};

async function useTwice({ api, runId, step, text }: World, prompt: { name: string; version: number }) {
  for (const content of [text(), text()]) {
    const messages = [{ role: 'user', content }];
    await api.call('exchanges.record', { runId, step: step(), messages, prompt, response: text() });
  }
}

/** A label of its own on the shared prompt. */
export async function labelled({ api, shared, word }: World) {
  const [{ name }, label] = [await shared.prompt(), word()];
  await api.call('prompts.setLabel', { name, label, version: 1 });
  return { name, label };
}

export const workflowSamples: { [P in PathOf<'workflows'>]: SamplesOf<P> } = {
  'workflows.define': {
    full: {
      foreign: 'OWN',
      input: ({ word, text }) => ({
        name: word(),
        steps: [{ name: word(), prompt: word(), kinds: [word(), word()] }, { name: word() }],
        note: text(),
        metadata: { owner: word(), deep: { deeper: true } },
        expectedVersion: 0,
      }),
    },
  },
  'workflows.get': {
    'by version': { foreign: 'NOT_FOUND', input: ({ workflow }) => ({ name: workflow, version: 1 }) },
    newest: { foreign: 'NOT_FOUND', input: ({ workflow }) => ({ name: workflow }) },
  },
  'workflows.list': {
    full: { foreign: 'EMPTY', input: () => ({ limit: 10 }) },
  },
  'workflows.history': {
    full: { foreign: 'NOT_FOUND', input: ({ workflow }) => ({ name: workflow, limit: 10 }) },
  },
};
