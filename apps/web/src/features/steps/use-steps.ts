import type { RouterInputs, Step } from '@stepledger/client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { formatStep } from '../../lib/words/format.ts';

/** The steps of a run in the order in which they began, as far as they were loaded. */
export function useSteps(input: Pick<RouterInputs['steps']['list'], 'runId' | 'asOf'>) {
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.steps.list.infiniteQueryOptions(
      { ...input, limit: 500 },
      { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined, placeholderData: keepPreviousData },
    ),
  );
  const { data } = query;
  const steps = useMemo(() => (data?.pages ?? []).flatMap(({ items }) => items), [data]);
  return {
    query,
    steps,
    /** The step that is written so: `name` or `name:key`. */
    find: (text: string): Step | undefined => steps.find((step) => formatStep(step) === text),
  };
}

export type Steps = ReturnType<typeof useSteps>;
