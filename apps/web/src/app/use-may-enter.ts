import { useQuery } from '@tanstack/react-query';
import { toError, useTRPC } from '../lib/ledger.tsx';

/** Whether the server lets this session in: false where it wants an API key, or another one. */
export function useMayEnter(): boolean | undefined {
  const trpc = useTRPC();
  const { error, data } = useQuery(trpc.system.stats.queryOptions());
  if (data !== undefined) return true;
  if (error === null) return undefined;
  return toError(error).code !== 'UNAUTHENTICATED';
}
