import { RouterProvider } from '@tanstack/react-router';
import { LedgerProvider } from '../lib/ledger/ledger.tsx';
import { LiveProvider } from '../lib/live/live.tsx';
import { router } from './router.ts';

export function App() {
  return (
    <LedgerProvider>
      <LiveProvider>
        <RouterProvider router={router} />
      </LiveProvider>
    </LedgerProvider>
  );
}
