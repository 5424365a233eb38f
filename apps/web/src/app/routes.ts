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

export const routeTree = root.addChildren([runs, run, compare, document, exchange]);
