import type { ErrorComponentProps } from '@tanstack/react-router';
import { Failure } from '../ui/states.tsx';

/** What a page shows that could not be drawn; the rest of the window stays as it is. */
export function PageFailure({ error, reset }: ErrorComponentProps) {
  return <Failure error={error} retry={reset} />;
}
