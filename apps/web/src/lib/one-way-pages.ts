import type { AppRouter } from '@stepledger/client';
import { getUntypedClient, type TRPCClient } from '@trpc/client';

/**
 * The same client, but what `infiniteQueryOptions` adds to a question, `direction: 'forward'`, is taken out again: our
 * lists go one way and refuse fields that they do not know.
 *
 * A list whose own input has a `direction`, as that of links, cannot be asked so: the library replaces it.
 */
export function toOneWayClient(client: TRPCClient<AppRouter>): TRPCClient<AppRouter> {
  const untyped = getUntypedClient(client);
  const query: typeof untyped.query = (path, input, options) =>
    untyped.query(path, withoutDirection(input), options);
  // The library takes either of the two kinds of client, of which its types know one.
  return Object.create(untyped, { query: { value: query } }) as TRPCClient<AppRouter>;
}

function withoutDirection(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('direction' in input)) return input;
  const { direction, ...rest } = input;
  return direction === 'forward' || direction === 'backward' ? rest : input;
}
