import type { ListedParse } from '@stepledger/client';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useLedger, useTRPC } from '../../../lib/ledger/ledger.tsx';
import { pagesOf } from '../../../lib/lists/pages-of.ts';
import { useRowPages } from '../../../lib/lists/use-row-pages.ts';
import { formatDocument } from '../../../lib/words/format.ts';
import { Ago } from '../../../ui/ago.tsx';
import { StatusBadge } from '../../../ui/badge.tsx';
import { Visible } from '../../../ui/exact-text.tsx';
import { NewMark } from './new-mark.tsx';
import { RunList } from './run-list.tsx';
import { useRunView } from './run-view.ts';

const route = getRouteApi('/runs/$run');

/** At most so many documents of a parse stand in its row. */
const MAX_DOCUMENTS = 8;

/** Each attempt to read documents out of a response. */
export function RunParses() {
  const trpc = useTRPC();
  const { ledger } = useLedger();
  const navigate = route.useNavigate();
  const { order } = route.useSearch();
  const { run, asOf, step } = useRunView();
  const input = {
    runId: run.id,
    ...asOf,
    ...(step && { step: { name: step.name, key: step.key } }),
    ...(order && { order }),
  };
  const query = pagesOf(trpc.parses.list, ledger.parses.list, input);
  const list = useRowPages({
    input,
    query,
    keyOf: ({ id }) => id,
  });
  return (
    <RunList
      label="Parses"
      list={list}
      empty="Each attempt to read documents out of a response stands here."
      onOpen={({ exchangeId }) =>
        void navigate({ to: '/exchanges/$exchangeId', params: { exchangeId }, search: {} })
      }
    >
      {(parse) => <ParseRow parse={parse} />}
    </RunList>
  );
}

function ParseRow({ parse }: { parse: ListedParse }) {
  const more = parse.documents.length - MAX_DOCUMENTS;
  return (
    <div className="flex items-center gap-3 border-b px-3 py-1.5 hover:bg-surface">
      <div className="min-w-0 grow">
        <div className="flex items-center gap-2">
          <Link
            to="/exchanges/$exchangeId"
            params={{ exchangeId: parse.exchangeId }}
            className="truncate py-0.5 font-medium hover:underline"
          >
            <Visible text={parse.parser} /> <Visible text={parse.parserVersion} />
          </Link>
          <StatusBadge status={parse.status} />
          {parse.attempt > 1 && (
            <span className="text-xs text-muted-foreground">attempt {parse.attempt}</span>
          )}
          <NewMark revision={parse.revision} />
          <span className="text-xs text-muted-foreground">revision {parse.revision}</span>
        </div>
        {parse.error !== null && (
          <div className="truncate text-xs text-danger">
            <Visible text={parse.error.slice(0, 300)} />
            {parse.errorOffset !== null && ` (at ${parse.errorOffset})`}
          </div>
        )}
        {parse.documents.length > 0 && (
          <div className="flex flex-wrap gap-x-3 text-xs">
            {parse.documents.slice(0, MAX_DOCUMENTS).map((document) => (
              <Link
                key={document.documentId}
                to="/documents/$documentId"
                params={{ documentId: document.documentId }}
                search={{ version: document.version }}
                className="max-w-60 truncate py-1 text-primary hover:underline"
              >
                <Visible text={formatDocument(document)} /> v{document.version}
              </Link>
            ))}
            {more > 0 && <span className="text-muted-foreground">and {more} more</span>}
          </div>
        )}
      </div>
      <Ago time={parse.at} className="shrink-0" />
    </div>
  );
}
