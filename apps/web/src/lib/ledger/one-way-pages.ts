import type { AppRouter } from '@stepledger/client';
import type { TRPCUntypedClient } from '@trpc/client';

type Query = TRPCUntypedClient<AppRouter>['query'];

/**
 * Takes out again what `infiniteQueryOptions` adds to a question, `direction: 'forward'`: our lists go one way and
 * refuse fields that they do not know.
 *
 * A list whose own input has a `direction`, as that of links, cannot be asked so: the library replaces it.
 */
export function toOneWayQuery(client: TRPCUntypedClient<AppRouter>): Query {
  return (path, input, options) => client.query(path, withoutDirection(input), options);
}

function withoutDirection(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('direction' in input)) return input;
  const { direction, ...rest } = input;
  return direction === 'forward' || direction === 'backward' ? rest : input;
}
