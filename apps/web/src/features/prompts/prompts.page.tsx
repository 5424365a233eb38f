import type { Prompt } from '@stepledger/client';
import { Link, useNavigate } from '@tanstack/react-router';
import { useLedger, useTRPC } from '../../lib/ledger/ledger.tsx';
import { pagesOf } from '../../lib/lists/pages-of.ts';
import { useRowPages } from '../../lib/lists/use-row-pages.ts';
import { Ago } from '../../ui/ago.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { PagedList } from '../../ui/paged-list.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { renewEvery } from './renew-prompts.ts';

const RENEW_MS = 1_000;
const INPUT = { withTemplate: false };

/** The project's predefined prompts at their newest versions. */
export function PromptsPage() {
  const trpc = useTRPC();
  const navigate = useNavigate();
  const { ledger } = useLedger();
  const pages = pagesOf(trpc.prompts.list, ledger.prompts.list, INPUT);
  const list = useRowPages({
    input: INPUT,
    query: (page) => ({ ...pages(page), refetchInterval: renewEvery(RENEW_MS) }),
    keyOf: ({ id }) => id,
  });
  return (
    <div className="flex h-full flex-col">
      <title>Prompts · Stepledger</title>
      <div className="border-b p-3">
        <h1 className="text-base font-semibold">Prompts</h1>
      </div>
      <Loaded query={list}>
        {(data) => {
          if (data.rows.length === 0) {
            return (
              <Empty title="No prompts yet">
                A prompt that is saved by name can be used in any run:{' '}
                <code>ledger.prompts.put({'{ name, template }'})</code>
              </Empty>
            );
          }
          return (
            <div className="flex min-h-0 grow flex-col">
              <PagedList
                label="Prompts"
                data={data}
                rowHeight={41}
                onSight={list.onSight}
                onOpen={({ name }) => void navigate({ to: '/prompts/$name', params: { name } })}
              >
                {(prompt) => <PromptRow prompt={prompt} />}
              </PagedList>
            </div>
          );
        }}
      </Loaded>
    </div>
  );
}

function PromptRow({ prompt }: { prompt: Prompt }) {
  return (
    <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1 border-b px-4 py-2.5">
      <Link
        to="/prompts/$name"
        params={{ name: prompt.name }}
        className="min-w-0 font-medium break-words text-primary hover:underline"
      >
        <Visible text={prompt.name} />
      </Link>
      <span className="text-xs text-muted-foreground">v{prompt.version}</span>
      {prompt.labels.map((label) => (
        <Badge key={label} tone="accent" className="max-w-40 truncate">
          <Visible text={label} />
        </Badge>
      ))}
      <span className="max-w-96 truncate text-muted-foreground">
        <Visible text={prompt.note ?? ''} />
      </span>
      <Ago time={prompt.createdAt} className="ml-auto" />
    </div>
  );
}
