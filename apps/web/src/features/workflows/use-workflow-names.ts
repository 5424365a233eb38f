import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../../lib/ledger/ledger.tsx';

/** The names to choose a workflow by, and the one that the URL asks for, which may not be among them. */
export function useWorkflowNames(asked: string | undefined): Set<string> {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.workflows.list.queryOptions({ limit: 500 }));
  return new Set([...(data?.items ?? []).map(({ name }) => name), ...(asked ? [asked] : [])]);
}
