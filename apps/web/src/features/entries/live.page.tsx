import { getRouteApi } from '@tanstack/react-router';
import { Pause, Play } from 'lucide-react';
import { useShortcuts } from '../../lib/keyboard/shortcuts.ts';
import { formatNumber } from '../../lib/words/format.ts';
import { Button } from '../../ui/button.tsx';
import { Input } from '../../ui/input.tsx';
import { Empty, Failure, Loaded } from '../../ui/states.tsx';
import { VirtualList } from '../../ui/virtual-list.tsx';
import { toEntryWords } from './entry-words.ts';
import { entryKey } from './live-feed.ts';
import { LiveRow } from './live-row.tsx';
import { MAX_ENTRIES, type ShownLiveEntry, useLiveFeed } from './use-live-feed.ts';

const route = getRouteApi('/live');

/** What happens in the project, as it happens. */
export function LivePage() {
  const { q = '', errors = false } = route.useSearch();
  const navigate = route.useNavigate();
  const { first, entries, isPaused, pause, held, error } = useLiveFeed();
  useShortcuts({ p: () => pause(!isPaused) });
  const shown = entries.filter((entry) => matches(entry, { q, errors }));
  return (
    <div className="flex h-full flex-col">
      <title>Live · Stepledger</title>
      <div className="flex flex-wrap items-center gap-3 border-b p-3">
        <h1 className="text-base font-semibold">Live</h1>
        <Input
          type="search"
          data-page-filter
          aria-label="Filter by run, step, document, kind or actor"
          placeholder="Filter: run, step, document, kind, actor"
          className="min-w-0 grow basis-56"
          value={q}
          onChange={({ target }) =>
            void navigate({
              search: (before) => ({ ...before, q: target.value === '' ? undefined : target.value }),
              replace: true,
            })
          }
        />
        <label className="flex items-center gap-1.5 text-muted-foreground">
          <input
            type="checkbox"
            checked={errors}
            onChange={({ target }) =>
              void navigate({ search: (before) => ({ ...before, errors: target.checked || undefined }) })
            }
          />
          Only failures
        </label>
        <Button onClick={() => pause(!isPaused)}>
          {isPaused ? <Play aria-hidden /> : <Pause aria-hidden />}
          {isPaused ? 'Go on' : 'Pause'}
        </Button>
        <span role="status" className="text-xs text-muted-foreground">
          {isPaused && `${formatNumber(held)}${held === MAX_ENTRIES ? ' or more' : ''} held back`}
        </span>
      </div>
      {error !== null && <Failure error={error} />}
      <Loaded query={first}>
        {() =>
          shown.length === 0 ? (
            <Empty title={entries.length === 0 ? 'Nothing happened yet' : 'No entry matches'}>
              What agents write appears here at once.
            </Empty>
          ) : (
            <div className="min-h-0 grow">
              <VirtualList
                label="Entries, the newest first"
                items={shown}
                keyOf={entryKey}
                rowHeight={37}
                onOpen={({ entry, runKey }) =>
                  void navigate({ to: '/runs/$run', params: { run: runKey }, search: { at: entry.revision } })
                }
              >
                {(entry) => <LiveRow shown={entry} />}
              </VirtualList>
            </div>
          )
        }
      </Loaded>
    </div>
  );
}

function matches({ entry, runKey }: ShownLiveEntry, { q, errors }: { q: string; errors: boolean }): boolean {
  const { words, steps, error, failed } = toEntryWords(entry);
  if (errors && !failed) return false;
  const wanted = q.trim().toLowerCase();
  if (wanted === '') return true;
  const texts = [runKey, entry.kind, entry.actor, words, ...steps, error ?? ''];
  return texts.some((text) => text.toLowerCase().includes(wanted));
}
