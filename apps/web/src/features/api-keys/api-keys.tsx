import type { ApiKey } from '@stepledger/client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { formatTime } from '../../lib/words/format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { Loaded } from '../../ui/states.tsx';
import { CreateKey } from './create-key.tsx';
import { RevokeButton } from './revoke-button.tsx';

const route = getRouteApi('/settings');

/** The keys of the project: made, seen and ended here. The text of a key is only known when it is made. */
export function ApiKeys() {
  const trpc = useTRPC();
  const { revoked: includeRevoked = false } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(
    trpc.apiKeys.list.infiniteQueryOptions(
      { limit: 100, includeRevoked },
      { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined },
    ),
  );
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  return (
    <>
      <CreateKey />
      <label className="flex items-center gap-1.5 text-muted-foreground">
        <input
          type="checkbox"
          checked={includeRevoked}
          onChange={({ target }) =>
            void navigate({ search: { revoked: target.checked || undefined }, replace: true })
          }
        />
        Also those that were revoked
      </label>
      <Loaded query={query}>
        {({ pages }) => {
          const keys = pages.flatMap(({ items }) => items);
          if (keys.length === 0) return <p className="text-muted-foreground">There are no keys yet.</p>;
          return (
            <ScrollRegion aria-label="Keys of the project" className="h-auto max-h-96 rounded-md border">
              <table className="w-full text-left">
                <thead className="bg-surface text-xs text-muted-foreground">
                  <tr>
                    {['Name', 'Access', 'Made', 'Ends'].map((header) => (
                      <th key={header} scope="col" className="px-3 py-2 font-medium">
                        {header}
                      </th>
                    ))}
                    <td />
                  </tr>
                </thead>
                <tbody>
                  {keys.map((key) => (
                    <KeyRow key={key.id} apiKey={key} />
                  ))}
                </tbody>
              </table>
              {hasNextPage && (
                <Button className="m-2" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                  More keys
                </Button>
              )}
            </ScrollRegion>
          );
        }}
      </Loaded>
    </>
  );
}

function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  const { name, access, createdAt, expiresAt, revokedAt } = apiKey;
  return (
    <tr className="border-t">
      <th scope="row" className="max-w-64 truncate px-3 py-1.5 font-medium">
        <Visible text={name} />
      </th>
      <td className="px-3 py-1.5">
        <Badge>{access}</Badge>
      </td>
      <td className="px-3 py-1.5 whitespace-nowrap">{formatTime(createdAt)}</td>
      <td className="px-3 py-1.5 whitespace-nowrap">
        {revokedAt !== null
          ? `revoked ${formatTime(revokedAt)}`
          : expiresAt === null
            ? 'never'
            : formatTime(expiresAt)}
      </td>
      <td className="px-3 py-1.5 text-right">{revokedAt === null && <RevokeButton apiKey={apiKey} />}</td>
    </tr>
  );
}
