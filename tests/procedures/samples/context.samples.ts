import type { PathOf } from '../support/paths.ts';
import { FUTURE, type SamplesOf } from './sample.ts';

export const contextSamples: { [P in PathOf<'context'>]: SamplesOf<P> } = {
  'context.build': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ runId, shared }) => {
        const { documentId, kind, key, step } = await shared.document();
        return {
          runId,
          step,
          kinds: [kind],
          pins: [
            { documentId, version: 1 },
            { kind, key },
          ],
          budget: 1000,
          tokenizer: { model: 'gpt-5' },
          asOf: FUTURE,
        };
      },
    },
    'by an encoding': {
      foreign: 'NOT_FOUND',
      input: ({ runId }) => ({ runId, budget: 10, tokenizer: 'cl100k_base' }),
    },
  },
};
