import { createRootRoute, createRoute } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { type LazyPart, lazyPart } from '../lib/lazy-part.ts';
import { Layout } from './layout.tsx';
import { NotFound } from './not-found.tsx';
import * as read from './search-params.ts';

// What a page shows stands in its URL, so that a reload or a link shows the same. The code of a page is fetched when
// it is first opened.

/** Nothing may be asked of the page's type here: it is made of the types of these routes. */
function lazyPage<Module>(load: () => Promise<Module>, name: keyof Module): LazyPart<object> {
  return lazyPart(async () => (await load())[name] as ComponentType);
}

const root = createRootRoute({ component: Layout, notFoundComponent: NotFound });

const runs = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: read.runsSearch,
  component: lazyPage(() => import('../features/runs/runs.page.tsx'), 'RunsPage'),
});

const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$run',
  validateSearch: read.runSearch,
  component: lazyPage(() => import('../features/runs/run.page.tsx'), 'RunPage'),
});

const search = createRoute({
  getParentRoute: () => root,
  path: '/search',
  validateSearch: read.searchSearch,
  component: lazyPage(() => import('../features/search/search.page.tsx'), 'SearchPage'),
});

const live = createRoute({
  getParentRoute: () => root,
  path: '/live',
  validateSearch: read.liveSearch,
  component: lazyPage(() => import('../features/entries/live.page.tsx'), 'LivePage'),
});

const stats = createRoute({
  getParentRoute: () => root,
  path: '/stats',
  validateSearch: read.statsSearch,
  component: lazyPage(() => import('../features/stats/stats.page.tsx'), 'StatsPage'),
});

const prompts = createRoute({
  getParentRoute: () => root,
  path: '/prompts',
  component: lazyPage(() => import('../features/prompts/prompts.page.tsx'), 'PromptsPage'),
});

const prompt = createRoute({
  getParentRoute: () => root,
  path: '/prompts/$name',
  validateSearch: read.promptSearch,
  component: lazyPage(() => import('../features/prompts/prompt.page.tsx'), 'PromptPage'),
});

const compare = createRoute({
  getParentRoute: () => root,
  path: '/compare',
  validateSearch: read.compareSearch,
  component: lazyPage(() => import('../features/runs/compare/compare.page.tsx'), 'ComparePage'),
});

const document = createRoute({
  getParentRoute: () => root,
  path: '/documents/$documentId',
  validateSearch: read.documentSearch,
  component: lazyPage(() => import('../features/documents/document.page.tsx'), 'DocumentPage'),
});

const exchange = createRoute({
  getParentRoute: () => root,
  path: '/exchanges/$exchangeId',
  validateSearch: read.exchangeSearch,
  component: lazyPage(() => import('../features/exchanges/exchange.page.tsx'), 'ExchangePage'),
});

const subtasks = createRoute({
  getParentRoute: () => root,
  path: '/subtasks/$run',
  validateSearch: read.subtasksSearch,
  component: lazyPage(() => import('../features/subtasks/subtasks.page.tsx'), 'SubtasksPage'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  validateSearch: read.settingsSearch,
  component: lazyPage(() => import('../features/system/settings.page.tsx'), 'SettingsPage'),
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
