import type { Exchange } from '@stepledger/client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { formatNumber, formatTime } from '../../lib/words/format.ts';
import { StatusBadge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { DocumentLink } from '../documents/document-link.tsx';
import { ErrorText } from './bounded-text.tsx';

/** What each parser made of the response. */
export function ParsesView({ exchange }: { exchange: Exchange }) {
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.parses.list.infiniteQueryOptions(
      { exchangeId: exchange.id, limit: 50 },
      { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined },
    ),
  );
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const parses = pages.flatMap(({ items }) => items);
        if (parses.length === 0) return <Empty title="Nobody has parsed this response yet" />;
        return (
          <ol>
            {parses.map((parse) => (
              <li key={parse.id} className="grid gap-2 border-b p-3">
                <div className="flex flex-wrap items-center gap-2">
                  <h2 className="font-semibold">
                    <Visible text={`${parse.parser}@${parse.parserVersion}`} />
                  </h2>
                  <StatusBadge status={parse.status} />
                </div>
                <Facts
                  className="text-xs"
                  facts={{
                    attempt: parse.attempt,
                    revision: parse.revision,
                    at: formatTime(parse.at),
                    'gave up at': parse.errorOffset !== null ? formatNumber(parse.errorOffset) : null,
                  }}
                />
                {parse.error !== null && (
                  <ErrorText label={`Why parse ${parse.attempt} failed`} text={parse.error} />
                )}
                <ul className="flex flex-wrap gap-x-4 gap-y-1">
                  {parse.documents.map((document) => (
                    <li key={`${document.documentId}@${document.version}`}>
                      <DocumentLink document={document} />
                    </li>
                  ))}
                </ul>
              </li>
            ))}
            {query.hasNextPage && (
              <li className="p-3">
                <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  Show more
                </Button>
              </li>
            )}
          </ol>
        );
      }}
    </Loaded>
  );
}
