import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { PROMPT_VIEWS } from '../../app/search-params.ts';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { toVisible } from '../../lib/words/visible.ts';
import { Visible } from '../../ui/exact-text.tsx';
import { Loaded } from '../../ui/states.tsx';
import { TabLinks } from '../../ui/tab-links.tsx';
import { PromptDiff } from './prompt-diff.tsx';
import { PromptLabels } from './prompt-labels.tsx';
import { PromptTemplate } from './prompt-template.tsx';
import { PromptUses } from './prompt-uses.tsx';
import { PromptVersions } from './prompt-versions.tsx';
import { renewEvery } from './renew-prompts.ts';
import { usePromptUsage } from './use-prompt-usage.ts';

const route = getRouteApi('/prompts/$name');

/** A template may be large: only that of a version that is not among those in sight is read again for its labels. */
const RENEW_MS = 10_000;
const VIEWS = { template: 'Template', diff: 'Diff', uses: 'Where used' };

/** One prompt: its versions with what came of each, and the one that is looked at. */
export function PromptPage() {
  const { name } = route.useParams();
  return <PromptOf key={name} name={name} />;
}

function PromptOf({ name }: { name: string }) {
  const trpc = useTRPC();
  const { version, view = 'template' } = route.useSearch();
  const navigate = route.useNavigate();
  const usage = usePromptUsage(name);
  const listed = (which: number | undefined) => usage.usages.find((each) => each.version === which);
  const query = useQuery(
    trpc.prompts.get.queryOptions(
      { name, version },
      {
        placeholderData: (before) => before,
        refetchInterval: (asked) =>
          listed(asked.state.data?.version) === undefined && renewEvery(RENEW_MS)(asked),
      },
    ),
  );
  return (
    <>
      {query.data === undefined && <h1 className="sr-only">Prompt</h1>}
      <Loaded query={query}>
        {(prompt) => (
          <div className="flex min-h-full flex-col">
            <title>{`${toVisible(name)} · Prompts · Stepledger`}</title>
            <div className="border-b p-3">
              <h1 className="text-base font-semibold break-words">
                <Visible text={name} />
              </h1>
            </div>
            <PromptVersions name={name} shown={prompt.version} usage={usage} />
            <h2 className="px-4 pt-4 pb-1 font-semibold">Version {prompt.version}</h2>
            <PromptLabels prompt={prompt} labels={listed(prompt.version)?.labels ?? prompt.labels} />
            <TabLinks
              label={`Views of version ${prompt.version}`}
              tabs={PROMPT_VIEWS.map((tab) => ({ tab, label: VIEWS[tab] }))}
              current={view}
              onChange={(tab) => void navigate({ search: (before) => ({ ...before, view: tab }) })}
            />
            {view === 'template' && <PromptTemplate prompt={prompt} />}
            {view === 'diff' && <PromptDiff prompt={prompt} />}
            {view === 'uses' && <PromptUses prompt={prompt} />}
          </div>
        )}
      </Loaded>
    </>
  );
}
