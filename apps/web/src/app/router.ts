import { createRouter } from '@tanstack/react-router';
import { PartFailure } from '../ui/part-failure.tsx';
import { Loading } from '../ui/states.tsx';
import { routeTree } from './routes.ts';

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultPendingComponent: Loading,
  // A page that cannot be drawn leaves the rest of the window as it is.
  defaultErrorComponent: PartFailure,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
