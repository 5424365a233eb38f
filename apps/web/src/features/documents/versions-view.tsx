import type { Document } from '@stepledger/client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { moreOf } from '../../lib/lists/more-of.ts';
import { formatBytes, formatStep, formatTime } from '../../lib/words/format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { Loaded } from '../../ui/states.tsx';
import { VirtualList } from '../../ui/virtual-list.tsx';
import { ExchangeLink } from '../exchanges/exchange-link.tsx';

const route = getRouteApi('/documents/$documentId');

/** Every version, oldest first. */
export function VersionsView({ shown }: { shown: Document }) {
  const trpc = useTRPC();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(
    trpc.documents.history.infiniteQueryOptions(
      { documentId: shown.id, limit: 200 },
      { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined },
    ),
  );
  return (
    <Loaded query={query}>
      {({ pages }) => (
        <VirtualList
          label="Versions"
          items={pages.flatMap(({ items }) => items)}
          keyOf={({ version }) => String(version)}
          rowHeight={34}
          {...moreOf(query)}
          onOpen={({ version }) => void navigate({ search: { version } })}
        >
          {(version) => <VersionRow document={version} isShown={version.version === shown.version} />}
        </VirtualList>
      )}
    </Loaded>
  );
}

function VersionRow({ document, isShown }: { document: Document; isShown: boolean }) {
  const { id, version, change, step, author, note, content, exchangeId, updatedAt, purged } = document;
  return (
    <div className="flex flex-wrap items-center gap-3 border-b px-3 py-1.5">
      <Link
        to="/documents/$documentId"
        params={{ documentId: id }}
        search={{ version }}
        className="w-12 font-medium text-primary hover:underline"
      >
        v{version}
      </Link>
      <Badge tone={change === 'delete' ? 'danger' : 'neutral'}>{purged ? 'purged' : change}</Badge>
      {isShown && <Badge tone="accent">shown</Badge>}
      {step !== null && <Visible text={formatStep(step)} />}
      {author !== null && (
        <span>
          by <Visible text={author} />
        </span>
      )}
      {exchangeId !== null && <ExchangeLink exchangeId={exchangeId} />}
      <span className="min-w-0 truncate text-muted-foreground">
        <Visible text={(note ?? '').slice(0, 200)} />
      </span>
      <span className="ml-auto text-xs text-muted-foreground">
        {content !== null && formatBytes(content.size)} · {formatTime(updatedAt)}
      </span>
    </div>
  );
}
