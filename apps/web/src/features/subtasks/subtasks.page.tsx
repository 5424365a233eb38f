import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { SUBTASK_VIEWS } from '../../app/search-params.ts';
import { lazyPart } from '../../lib/lazy-part.ts';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { toVisible } from '../../lib/words/visible.ts';
import { Visible } from '../../ui/exact-text.tsx';
import { Input } from '../../ui/input.tsx';
import { Part } from '../../ui/part.tsx';
import { Loaded } from '../../ui/states.tsx';
import { TabLinks } from '../../ui/tab-links.tsx';
import { ClaimForm } from './claim-form.tsx';
import { SubtaskBoard } from './subtask-board.tsx';

const route = getRouteApi('/subtasks/$run');
const DependencyGraph = lazyPart(async () => (await import('./dependency-graph.tsx')).DependencyGraph);

/** Documents of any kind may be work for agents; most call it so. */
const USUAL_KIND = 'subtask';
const VIEWS = { board: 'Board', graph: 'Dependencies' };

/** The documents of a run as work that many agents share. */
export function SubtasksPage() {
  const trpc = useTRPC();
  const { run: key } = route.useParams();
  const { view = 'board', kind = USUAL_KIND } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(trpc.runs.get.queryOptions({ key }));
  return (
    <>
      {query.data === undefined && <h1 className="sr-only">Subtasks</h1>}
      <Loaded query={query}>
        {(run) => {
          const scope = { runId: run.id, kind: kind === '' ? undefined : kind };
          return (
            <div className="flex min-h-full flex-col">
              <title>{`Subtasks of ${toVisible(run.key)} · Stepledger`}</title>
              <div className="flex flex-wrap items-center gap-3 border-b p-3">
                <h1 className="min-w-0 text-base font-semibold break-words">
                  Subtasks of{' '}
                  <Link to="/runs/$run" params={{ run: run.key }} className="text-primary underline">
                    <Visible text={run.key} />
                  </Link>
                </h1>
                <label className="flex items-center gap-2 text-muted-foreground">
                  Kind
                  <Input
                    type="search"
                    data-page-filter
                    placeholder="all"
                    maxLength={200}
                    className="w-36"
                    value={kind}
                    onChange={({ target }) =>
                      void navigate({
                        search: (before) => ({
                          ...before,
                          kind: target.value === USUAL_KIND ? undefined : target.value,
                        }),
                        replace: true,
                      })
                    }
                  />
                  <span className="text-xs">Without one, all documents are shown.</span>
                </label>
                <ClaimForm scope={scope} />
              </div>
              <TabLinks
                label="Views of the subtasks"
                tabs={SUBTASK_VIEWS.map((tab) => ({ tab, label: VIEWS[tab] }))}
                current={view}
                onChange={(tab) => void navigate({ search: (before) => ({ ...before, view: tab }) })}
              />
              {view === 'board' ? (
                <SubtaskBoard scope={scope} />
              ) : (
                <Part>
                  <DependencyGraph scope={scope} />
                </Part>
              )}
            </div>
          );
        }}
      </Loaded>
    </>
  );
}
