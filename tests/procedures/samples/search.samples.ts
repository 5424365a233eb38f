import type { PathOf } from '../support/paths.ts';
import type { SamplesOf } from './sample.ts';
import { FUTURE } from './sample.ts';

let rebuilds = 0;

export const searchSamples: { [P in PathOf<'search'>]: SamplesOf<P> } = {
  'search.query': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ runId, workflow, shared }) => {
        const { kind, tag, status } = await shared.document();
        return {
          text: 'text',
          in: ['documents' as const],
          filter: {
            run: runId,
            workflow,
            step: 'design_step',
            kind,
            tags: [tag],
            status,
            since: '2000-01-01T00:00:00Z',
            until: FUTURE.time,
          },
          mode: 'full' as const,
          order: 'ranked' as const,
          versions: 'head' as const,
          facets: true,
          limit: 10,
        };
      },
    },
    'of all runs': {
      foreign: 'EMPTY',
      input: async ({ api, runId, word }) => {
        const kind = word();
        for (const key of ['one', 'two']) await api.call('documents.put', { runId, kind, key, text: 'x' });
        return { text: kind, limit: 10 };
      },
    },
  },
  'search.verify': { full: { foreign: 'OWN', input: () => ({ limit: 10 }) } },
  'search.rebuild': { full: { foreign: 'OWN', input: () => ({ limit: 10 + rebuilds++ }) } },
};
