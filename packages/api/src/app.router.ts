import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { apiKeysRouter } from './api-keys/api-keys.router.ts';
import { contextRouter } from './context/context.router.ts';
import { documentsRouter } from './documents/documents.router.ts';
import { entriesRouter } from './entries/entries.router.ts';
import { exchangesRouter } from './exchanges/exchanges.router.ts';
import { linksRouter } from './links/links.router.ts';
import { parsesRouter } from './parses/parses.router.ts';
import { projectsRouter } from './projects/projects.router.ts';
import { promptsRouter } from './prompts/prompts.router.ts';
import { runsRouter } from './runs/runs.router.ts';
import { searchRouter } from './search/search.router.ts';
import { statsRouter } from './stats/stats.router.ts';
import { stepsRouter } from './steps/steps.router.ts';
import { systemRouter } from './system/system.router.ts';
import { transfersRouter } from './transfers/transfers.router.ts';
import { router } from './trpc.ts';
import { workflowsRouter } from './workflows/workflows.router.ts';

/** Everything that the API does, a router a feature. Bytes travel beside it, by `PUT /raw` and `GET /raw/{blob}`. */
export const appRouter = router({
  projects: projectsRouter,
  apiKeys: apiKeysRouter,
  workflows: workflowsRouter,
  prompts: promptsRouter,
  runs: runsRouter,
  steps: stepsRouter,
  exchanges: exchangesRouter,
  parses: parsesRouter,
  documents: documentsRouter,
  links: linksRouter,
  context: contextRouter,
  entries: entriesRouter,
  search: searchRouter,
  stats: statsRouter,
  transfers: transfersRouter,
  system: systemRouter,
});

export type AppRouter = typeof appRouter;
/** What each procedure takes, as in `RouterInputs['documents']['put']`. */
export type RouterInputs = inferRouterInputs<AppRouter>;
/** What each procedure answers, as in `RouterOutputs['documents']['get']`. */
export type RouterOutputs = inferRouterOutputs<AppRouter>;
