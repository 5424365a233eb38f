import { type ReactNode, useEffect, useRef } from 'react';
import { PartNotLoaded } from '../lib/lazy-part.ts';
import { useLive } from '../lib/live/live.tsx';
import { Failure, ReloadButton } from './states.tsx';

export interface PartFailureProps {
  error: unknown;
  reset: () => void;
  /** What else can be done. */
  children?: ReactNode;
}

/** Stands where a part of the page could not be drawn; tries again by itself when the server is back. */
export function PartFailure({ error, reset, children }: PartFailureProps) {
  const { status } = useLive();
  const wasAway = useRef(false);
  const retry = () => {
    if (error instanceof PartNotLoaded) error.forget();
    reset();
  };
  const retryNow = useRef(retry);
  useEffect(() => {
    retryNow.current = retry;
  });
  useEffect(() => {
    if (status === 'offline') wasAway.current = true;
    else if (status === 'live' && wasAway.current) retryNow.current();
  }, [status]);
  return (
    <Failure error={error} retry={retry}>
      <ReloadButton />
      {children}
    </Failure>
  );
}
