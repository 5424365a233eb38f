import { useEffect } from 'react';

/** A row that is passed by faster is not in sight. */
const REST_MS = 80;

/** Tells which rows of a list are in sight, or near it, once the list rests: others need not be loaded. */
export function useSight(
  rows: readonly { index: number }[],
  onSight: ((first: number, last: number) => void) | undefined,
): void {
  const first = rows.at(0)?.index ?? 0;
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    const timer = setTimeout(() => onSight?.(first, last), REST_MS);
    return () => clearTimeout(timer);
  }, [first, last, onSight]);
}
