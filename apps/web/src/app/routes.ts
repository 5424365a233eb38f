import { createRootRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { Layout } from './layout.tsx';
import { NotFound } from './not-found.tsx';
import { PageFailure } from './page-failure.tsx';
import * as read from './search-params.ts';

// What a page shows stands in its URL, so that a reload or a link shows the same. The code of a page is fetched when
// it is first opened.

const root = createRootRoute({ component: Layout, notFoundComponent: NotFound, errorComponent: PageFailure });

const runs = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: read.runsSearch,
  component: lazyRouteComponent(() => import('../features/runs/runs.page.tsx'), 'RunsPage'),
});

const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$run',
  validateSearch: read.runSearch,
  component: lazyRouteComponent(() => import('../features/runs/run.page.tsx'), 'RunPage'),
});

const search = createRoute({
  getParentRoute: () => root,
  path: '/search',
  validateSearch: read.searchSearch,
  component: lazyRouteComponent(() => import('../features/search/search.page.tsx'), 'SearchPage'),
});

const live = createRoute({
  getParentRoute: () => root,
  path: '/live',
  validateSearch: read.liveSearch,
  component: lazyRouteComponent(() => import('../features/entries/live.page.tsx'), 'LivePage'),
});

const stats = createRoute({
  getParentRoute: () => root,
  path: '/stats',
  validateSearch: read.statsSearch,
  component: lazyRouteComponent(() => import('../features/stats/stats.page.tsx'), 'StatsPage'),
});

const prompts = createRoute({
  getParentRoute: () => root,
  path: '/prompts',
  component: lazyRouteComponent(() => import('../features/prompts/prompts.page.tsx'), 'PromptsPage'),
});

const prompt = createRoute({
  getParentRoute: () => root,
  path: '/prompts/$name',
  validateSearch: read.promptSearch,
  component: lazyRouteComponent(() => import('../features/prompts/prompt.page.tsx'), 'PromptPage'),
});

const compare = createRoute({
  getParentRoute: () => root,
  path: '/compare',
  validateSearch: read.compareSearch,
  component: lazyRouteComponent(() => import('../features/runs/compare/compare.page.tsx'), 'ComparePage'),
});

const document = createRoute({
  getParentRoute: () => root,
  path: '/documents/$documentId',
  validateSearch: read.documentSearch,
  component: lazyRouteComponent(() => import('../features/documents/document.page.tsx'), 'DocumentPage'),
});

const exchange = createRoute({
  getParentRoute: () => root,
  path: '/exchanges/$exchangeId',
  validateSearch: read.exchangeSearch,
  component: lazyRouteComponent(() => import('../features/exchanges/exchange.page.tsx'), 'ExchangePage'),
});

const subtasks = createRoute({
  getParentRoute: () => root,
  path: '/subtasks/$run',
  validateSearch: read.subtasksSearch,
  component: lazyRouteComponent(() => import('../features/subtasks/subtasks.page.tsx'), 'SubtasksPage'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/system/settings.page.tsx'), 'SettingsPage'),
});

export const routeTree = root.addChildren([
  runs,
  run,
  compare,
  document,
  exchange,
  search,
  live,
  stats,
  prompts,
  prompt,
  subtasks,
  settings,
]);
