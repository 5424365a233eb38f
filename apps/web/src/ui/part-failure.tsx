import { useEffect, useRef } from 'react';
import { PartNotLoaded } from '../lib/lazy-part.ts';
import { useLive } from '../lib/live.tsx';
import { Button } from './button.tsx';
import { Failure } from './states.tsx';

/** Stands where a part of the page could not be drawn; tries again by itself when the server is back. */
export function PartFailure({ error, reset }: { error: unknown; reset: () => void }) {
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
      <Button onClick={() => location.reload()}>Reload the page</Button>
    </Failure>
  );
}
