import type { Document } from '@stepledger/client';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useLedger, useTRPC } from '../../../lib/ledger/ledger.tsx';
import { pagesOf } from '../../../lib/lists/pages-of.ts';
import { useRowPages } from '../../../lib/lists/use-row-pages.ts';
import { formatBytes, formatDocument, formatStep } from '../../../lib/words/format.ts';
import { Ago } from '../../../ui/ago.tsx';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { Visible } from '../../../ui/exact-text.tsx';
import { NewMark } from './new-mark.tsx';
import { RunList } from './run-list.tsx';
import { useRunView } from './run-view.ts';

const route = getRouteApi('/runs/$run');

/** All documents at their heads; of a step, those that it wrote, as it wrote them. Their texts are not loaded. */
export function RunDocuments() {
  const trpc = useTRPC();
  const { ledger } = useLedger();
  const navigate = route.useNavigate();
  const { order } = route.useSearch();
  const { run, asOf, step } = useRunView();
  const input = { runId: run.id, ...asOf, withText: false, includeDeleted: true, ...(order && { order }) };
  const ofStep = step && { ...input, step: { name: step.name, key: step.key } };
  const query = ofStep
    ? pagesOf(trpc.documents.byStep, ledger.documents.byStep, ofStep)
    : pagesOf(trpc.documents.list, ledger.documents.list, input);
  const list = useRowPages({
    input: ofStep ?? input,
    query,
    keyOf: ({ id }) => id,
  });
  return (
    <RunList
      label="Documents"
      list={list}
      empty="What is parsed out of responses, or put in, stands here."
      onOpen={({ id, version }) =>
        void navigate({ to: '/documents/$documentId', params: { documentId: id }, search: { version } })
      }
    >
      {(document) => <DocumentRow document={document} />}
    </RunList>
  );
}

function DocumentRow({ document }: { document: Document }) {
  const navigate = route.useNavigate();
  const { id, version, headVersion } = document;
  const name = formatDocument(document);
  return (
    <div className="flex items-center gap-3 border-b px-3 py-1.5 hover:bg-surface">
      <div className="min-w-0 grow">
        <div className="flex items-center gap-2">
          <Link
            to="/documents/$documentId"
            params={{ documentId: id }}
            search={{ version }}
            className="truncate font-medium hover:underline"
          >
            <Visible text={name} />
          </Link>
          <span className="text-xs text-muted-foreground">
            v{version}
            {headVersion !== version && ` of ${headVersion}`}
          </span>
          <NewMark revision={document.revision} />
          {document.deleted && <Badge tone="danger">deleted</Badge>}
          {document.purged && <Badge tone="danger">purged</Badge>}
          {document.status !== null && (
            <Badge>
              <Visible text={document.status} />
            </Badge>
          )}
        </div>
        <div className="truncate text-xs text-muted-foreground">
          {document.title !== null && (
            <>
              <Visible text={document.title} /> ·{' '}
            </>
          )}
          {document.step !== null && (
            <>
              <Visible text={formatStep(document.step)} /> ·{' '}
            </>
          )}
          {document.content !== null && <>{formatBytes(document.content.size)} · </>}
          revision {document.revision}
        </div>
      </div>
      <Button
        size="small"
        variant="ghost"
        onClick={() =>
          void navigate({ search: (before) => ({ ...before, tab: 'lineage', document: id, version }) })
        }
      >
        Lineage
        <span className="sr-only">
          {' '}
          of <Visible text={name} />
        </span>
      </Button>
      <Ago time={document.updatedAt} className="shrink-0" />
    </div>
  );
}
