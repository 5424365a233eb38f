import { getRouteApi } from '@tanstack/react-router';
import { RUN_TABS } from '../../../app/search-params.ts';
import { lazyPart } from '../../../lib/lazy-part.ts';
import { formatStep } from '../../../lib/words/format.ts';
import { Visible } from '../../../ui/exact-text.tsx';
import { Part } from '../../../ui/part.tsx';
import { TabLinks } from '../../../ui/tab-links.tsx';
import { RunDocuments } from './run-documents.tsx';
import { RunEntries } from './run-entries.tsx';
import { RunExchanges } from './run-exchanges.tsx';
import { RunParses } from './run-parses.tsx';
import { useRunView } from './run-view.ts';

const route = getRouteApi('/runs/$run');

const Lineage = lazyPart(async () => (await import('../../links/lineage.tsx')).Lineage);
const LABELS = {
  documents: 'Documents',
  exchanges: 'Exchanges',
  parses: 'Parses',
  lineage: 'Lineage',
  entries: 'Entries',
} as const;
const PANELS = {
  documents: RunDocuments,
  exchanges: RunExchanges,
  parses: RunParses,
  lineage: Lineage,
  entries: RunEntries,
} as const;
/** Of the whole run, whichever step is chosen. */
const OF_RUN: ReadonlySet<string> = new Set(['lineage', 'entries']);

export function RunTabs() {
  const { tab = 'documents' } = route.useSearch();
  const navigate = route.useNavigate();
  const { step } = useRunView();
  const Panel = PANELS[tab];
  return (
    <section aria-labelledby="shown" className="flex min-h-0 min-w-0 flex-col">
      <div className="shrink-0">
        <TabLinks
          label="Of the run"
          tabs={RUN_TABS.map((name) => ({ tab: name, label: LABELS[name] }))}
          current={tab}
          onChange={(name) =>
            void navigate({
              search: (before) => ({ ...before, tab: name === 'documents' ? undefined : name }),
            })
          }
        />
      </div>
      <h2 id="shown" className="shrink-0 truncate px-3 py-2 text-xs text-muted-foreground">
        {LABELS[tab]} of{' '}
        {step === undefined || OF_RUN.has(tab) ? 'all steps' : <Visible text={formatStep(step)} />}
      </h2>
      <div className="flex min-h-0 grow flex-col">
        <Part key={tab}>
          <Panel />
        </Part>
      </div>
    </section>
  );
}
