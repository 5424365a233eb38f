import type { PathOf } from '../support/paths.ts';
import type { SamplesOf } from './sample.ts';

export const projectSamples: { [P in PathOf<'projects'>]: SamplesOf<P> } = {
  'projects.create': {
    full: {
      foreign: 'FORBIDDEN',
      input: ({ word }) => ({ slug: word(), name: word() }),
    },
  },
  'projects.get': {
    full: { foreign: 'NOT_FOUND', input: ({ slug }) => ({ slug }) },
  },
  'projects.list': {
    full: { foreign: 'OWN', input: () => ({ limit: 10 }) },
  },
  'projects.update': {
    full: { foreign: 'NOT_FOUND', input: ({ slug, word }) => ({ slug, name: word() }) },
  },
};

export const apiKeySamples: { [P in PathOf<'apiKeys'>]: SamplesOf<P> } = {
  'apiKeys.create': {
    full: {
      foreign: 'OWN',
      input: ({ word }) => ({ name: word(), access: 'read', expiresAt: '2099-01-31T12:00:00.000Z' }),
    },
  },
  'apiKeys.get': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ api, word }) => ({ id: (await api.call('apiKeys.create', { name: word() })).id }),
    },
  },
  'apiKeys.list': {
    full: { foreign: 'OWN', input: () => ({ includeRevoked: true, limit: 10 }) },
  },
  'apiKeys.update': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ api, word }) => ({
        id: (await api.call('apiKeys.create', { name: word() })).id,
        name: word(),
      }),
    },
  },
  'apiKeys.revoke': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ api, word }) => ({ id: (await api.call('apiKeys.create', { name: word() })).id }),
    },
  },
};

export const statsSamples: { [P in PathOf<'stats'>]: SamplesOf<P> } = {
  'stats.exchanges': {
    full: {
      foreign: 'NOT_FOUND',
      input: ({ runId, workflow }) => ({
        by: 'step',
        from: '2999-01-31T12:00:00.000Z',
        to: '2999-12-31T12:00:00.000Z',
        runId,
        workflow,
        limit: 10,
      }),
    },
    'of all runs': { foreign: 'OWN', input: () => ({ by: 'day' }) },
  },
};

export const systemSamples: { [P in PathOf<'system'>]: SamplesOf<P> } = {
  'system.health': { full: { foreign: 'OWN', input: () => ({}) } },
  'system.version': { full: { foreign: 'OWN', input: () => ({}) } },
  'system.stats': { full: { foreign: 'OWN', input: () => ({}) } },
  'system.storage': { full: { foreign: 'FORBIDDEN', input: () => ({}) } },
};
