import { CatchBoundary } from '@tanstack/react-router';
import { type ReactNode, Suspense } from 'react';
import { PartFailure } from './part-failure.tsx';
import { Loading } from './states.tsx';

/** A part of a page whose code is fetched when it is drawn. When it fails, the rest of the page stays. */
export function Part({ children, fallback = <Loading /> }: { children: ReactNode; fallback?: ReactNode }) {
  return (
    <CatchBoundary getResetKey={() => null} errorComponent={PartFailure}>
      <Suspense fallback={fallback}>{children}</Suspense>
    </CatchBoundary>
  );
}
