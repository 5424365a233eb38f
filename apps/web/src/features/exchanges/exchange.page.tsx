import type { Exchange } from '@stepledger/client';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { EXCHANGE_VIEWS } from '../../app/search-params.ts';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { formatStep } from '../../lib/words/format.ts';
import { toVisible } from '../../lib/words/visible.ts';
import { Loaded } from '../../ui/states.tsx';
import { TabLinks } from '../../ui/tab-links.tsx';
import { AttemptsView } from './attempts-view.tsx';
import { ExchangeDiff } from './exchange-diff.tsx';
import { ExchangeHeader } from './exchange-header.tsx';
import { MessagesView } from './messages-view.tsx';
import { ParsesView } from './parses-view.tsx';
import { ResponseView } from './response-view.tsx';

const route = getRouteApi('/exchanges/$exchangeId');

/** One call to an LLM: what was sent, what came back, and what was made of it. */
export function ExchangePage() {
  const trpc = useTRPC();
  const { exchangeId } = route.useParams();
  const query = useQuery(
    trpc.exchanges.get.queryOptions({ exchangeId, withPrompt: false, withResponse: false }),
  );
  return (
    <>
      {query.data === undefined && <h1 className="sr-only">Exchange</h1>}
      <Loaded query={query}>{(exchange) => <ExchangeView exchange={exchange} />}</Loaded>
    </>
  );
}

function ExchangeView({ exchange }: { exchange: Exchange }) {
  const { view = 'messages' } = route.useSearch();
  const navigate = route.useNavigate();
  const counts = {
    messages: exchange.messageCount,
    response: undefined,
    parses: exchange.parses.length,
    attempts: exchange.attempts.length,
    diff: undefined,
  };
  const labels = {
    messages: 'Messages',
    response: 'Response',
    parses: 'Parses',
    attempts: 'Attempts',
    diff: 'Compare',
  };
  return (
    <div className="flex h-full min-h-0 flex-col">
      <title>{`Exchange of ${toVisible(formatStep(exchange.step))} · Stepledger`}</title>
      <ExchangeHeader exchange={exchange} />
      <TabLinks
        label="Views"
        tabs={EXCHANGE_VIEWS.map((tab) => ({ tab, label: labels[tab], count: counts[tab] }))}
        current={view}
        onChange={(tab) => void navigate({ search: (now) => ({ ...now, view: tab }) })}
      />
      <div className="min-h-80 flex-1 overflow-auto">
        <CurrentView key={`${exchange.id} ${view}`} view={view} exchange={exchange} />
      </div>
    </div>
  );
}

function CurrentView({ view, exchange }: { view: (typeof EXCHANGE_VIEWS)[number]; exchange: Exchange }) {
  switch (view) {
    case 'messages':
      return <MessagesView exchange={exchange} />;
    case 'response':
      return <ResponseView exchange={exchange} />;
    case 'parses':
      return <ParsesView exchange={exchange} />;
    case 'attempts':
      return <AttemptsView exchange={exchange} />;
    case 'diff':
      return <ExchangeDiff exchange={exchange} />;
  }
}
