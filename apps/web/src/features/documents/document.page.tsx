import type { Document } from '@stepledger/client';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { DOCUMENT_VIEWS, type documentSearch, present } from '../../app/search-params.ts';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { formatDocument } from '../../lib/words/format.ts';
import { toVisible } from '../../lib/words/visible.ts';
import { Empty, Loaded, Loading, QueryFailure } from '../../ui/states.tsx';
import { TabLinks } from '../../ui/tab-links.tsx';
import { BlameView } from './blame-view.tsx';
import { DocumentHeader } from './document-header.tsx';
import { DocumentText } from './document-text.tsx';
import { EditView } from './editing/edit-view.tsx';
import { useDraft } from './editing/use-draft.ts';
import { LineageView } from './lineage-view.tsx';
import { DraftNotice, Notices } from './notices.tsx';
import { StaleNotice } from './stale-notice.tsx';
import { useDocumentWrites } from './use-document.ts';
import { VersionDiff } from './version-diff.tsx';
import { VersionsView } from './versions-view.tsx';

const route = getRouteApi('/documents/$documentId');

type Search = ReturnType<typeof documentSearch>;
type SearchChange = { [K in keyof Search]?: Search[K] | undefined };

const LABELS = {
  text: 'Markdown',
  source: 'Source',
  diff: 'Diff',
  blame: 'Blame',
  lineage: 'Lineage',
  versions: 'Versions',
} as const;
const TABS = DOCUMENT_VIEWS.map((tab) => ({ tab, label: LABELS[tab] }));

/** A document: its texts, where they came from, and the way to change it. */
export function DocumentPage() {
  const trpc = useTRPC();
  const { documentId } = route.useParams();
  const query = useQuery(
    trpc.documents.get.queryOptions({ documentId, withText: false, includeDeleted: true }),
  );
  return (
    <>
      {query.data === undefined && <h1 className="sr-only">Document</h1>}
      <Loaded query={query}>{(head) => <DocumentView key={head.id} head={head} />}</Loaded>
    </>
  );
}

function DocumentView({ head }: { head: Document }) {
  const trpc = useTRPC();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const draft = useDraft(head.id);
  // The head as it was when the page was opened: a newer one is told of, and does not push the text away.
  const [opened, setOpened] = useState(head.version);
  const version = search.version ?? opened;
  const pinned = useQuery(
    trpc.documents.get.queryOptions(
      { documentId: head.id, version, withText: false, includeDeleted: true },
      // While another is loaded, the one that was looked at stays.
      { enabled: version !== head.version, placeholderData: (before) => before ?? head },
    ),
  );
  const shown = version === head.version ? head : pinned.data;

  const go = (change: SearchChange) => void navigate({ search: (now) => present({ ...now, ...change }) });
  const showHead = (newest: number) => {
    setOpened(newest);
    go({ version: undefined, compare: undefined, edit: undefined });
  };
  const editing = search.edit !== undefined;
  // Another tab has saved what was typed: this one goes on from there, and is told of what comes after as any reader is.
  if (editing && draft.hasGone && !head.deleted && head.version > opened) {
    setOpened(head.version);
    draft.goOn();
  }
  const writes = useDocumentWrites(draft);
  const view = search.view ?? 'text';

  return (
    <div className="flex h-full min-h-0 flex-col">
      <title>{`${toVisible(formatDocument(head))} · Stepledger`}</title>
      <DocumentHeader
        head={head}
        shown={shown ?? head}
        writes={writes}
        onSaved={showHead}
        onEdit={editing ? undefined : () => go({ edit: 'text' })}
      />
      <Notices head={head} shown={version} pinned={search.version} onShowHead={() => showHead(head.version)}>
        {draft.draft !== null && !editing && (
          <DraftNotice
            base={draft.draft.base}
            onContinue={() => go({ edit: 'text' })}
            onDiscard={draft.discard}
          />
        )}
      </Notices>
      <StaleNotice document={head} />
      {editing ? (
        <EditView
          head={head}
          base={draft.draft?.base ?? version}
          draft={draft}
          writes={writes}
          onSaved={showHead}
          mode={search.edit ?? 'text'}
          onMode={(edit) => go({ edit })}
        />
      ) : (
        <>
          <TabLinks label="Views" tabs={TABS} current={view} onChange={(tab) => go({ view: tab })} />
          <div className="min-h-80 flex-1 overflow-auto">
            {shown === undefined ? (
              pinned.error === null ? (
                <Loading />
              ) : (
                <QueryFailure query={pinned} />
              )
            ) : (
              <ShownVersion view={view} shown={shown} compare={search.compare} go={go} />
            )}
          </div>
        </>
      )}
    </div>
  );
}

interface ShownVersionProps {
  view: (typeof DOCUMENT_VIEWS)[number];
  shown: Document;
  compare: number | undefined;
  go: (change: { version?: number; compare?: number }) => void;
}

function ShownVersion({ view, shown, compare, go }: ShownVersionProps) {
  switch (view) {
    case 'diff':
      return <VersionDiff shown={shown} compare={compare} go={go} />;
    case 'lineage':
      return <LineageView shown={shown} />;
    case 'versions':
      return <VersionsView shown={shown} />;
    default:
      if (shown.purged)
        return <Empty title="The text of this version was purged">It is gone for good.</Empty>;
      if (shown.deleted) {
        return (
          <Empty title="This version deletes the document">Earlier versions still have their texts.</Empty>
        );
      }
      return view === 'blame' ? (
        <BlameView shown={shown} />
      ) : (
        <DocumentText shown={shown} asSource={view === 'source'} />
      );
  }
}
