import type { Services } from '@stepledger/contract';
import { createApiKeysStore } from './api-keys/api-keys.store.ts';
import { createBlobsStore } from './blobs/blobs.store.ts';
import { createContextStore } from './context/context.store.ts';
import { createDocumentsStore } from './documents/documents.store.ts';
import { createEntriesStore } from './entries/entries.store.ts';
import { createExchangesStore } from './exchanges/exchanges.store.ts';
import { createLinksStore } from './links/links.store.ts';
import { createParsesStore } from './parses/parses.store.ts';
import { toLedgerError } from './pg-errors.ts';
import { createProjectsStore } from './projects/projects.store.ts';
import { createPromptsStore } from './prompts/prompts.store.ts';
import { createRunsStore } from './runs/runs.store.ts';
import { createSearchStore } from './search/search.store.ts';
import { createStatsStore } from './stats/stats.store.ts';
import { createStepsStore } from './steps/steps.store.ts';
import type { StoreContext } from './store-context.ts';
import { createSystemStore } from './system/system.store.ts';
import { createTransfersStore } from './transfers/transfers.store.ts';
import { createWorkflowsStore } from './workflows/workflows.store.ts';

/** Joins the stores for one procedure call. */
export function createServices(context: StoreContext): Services {
  return {
    projects: translated(createProjectsStore(context)),
    apiKeys: translated(createApiKeysStore(context)),
    workflows: translated(createWorkflowsStore(context)),
    prompts: translated(createPromptsStore(context)),
    runs: translated(createRunsStore(context)),
    steps: translated(createStepsStore(context)),
    exchanges: translated(createExchangesStore(context)),
    parses: translated(createParsesStore(context)),
    documents: translated(createDocumentsStore(context)),
    links: translated(createLinksStore(context)),
    context: translated(createContextStore(context)),
    entries: translated(createEntriesStore(context)),
    search: translated(createSearchStore(context)),
    transfers: translated(createTransfersStore(context)),
    blobs: translated(createBlobsStore(context)),
    stats: translated(createStatsStore(context)),
    system: translated(createSystemStore(context)),
  };
}

/** Says in the contract's words what a database refuses, whichever method meets it. */
function translated<Service extends object>(service: Service): Service {
  return new Proxy(service, {
    get(target, name): unknown {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...input: unknown[]): Promise<unknown> => {
        try {
          return await Reflect.apply(method, target, input);
        } catch (error) {
          throw toLedgerError(error);
        }
      };
    },
  });
}
