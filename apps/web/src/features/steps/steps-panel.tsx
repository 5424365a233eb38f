import type { Step } from '@stepledger/client';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { moreOf } from '../../lib/lists/more-of.ts';
import { formatStep } from '../../lib/words/format.ts';
import { Button } from '../../ui/button.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { VirtualList } from '../../ui/virtual-list.tsx';
import { useRunView } from '../runs/run/run-view.ts';
import { StepRow } from './step-row.tsx';
import { StepTimes } from './step-times.tsx';
import { type TreeStep, toTree } from './step-tree.ts';
import type { Steps } from './use-steps.ts';

const route = getRouteApi('/runs/$run');

/** The steps of the run, as a tree or along time. Choosing one shows what it made. */
export function StepsPanel({ steps: { query, steps } }: { steps: Steps }) {
  const { steps: look = 'tree', step: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const { run } = useRunView();
  const rows = useMemo<TreeStep[]>(
    () => (look === 'tree' ? toTree(steps) : steps.map((step) => ({ step, depth: 0 }))),
    [look, steps],
  );
  const choose = (step: Step) => {
    const name = formatStep(step);
    void navigate({ search: (before) => ({ ...before, step: name === chosen ? undefined : name }) });
  };
  return (
    <section
      aria-labelledby="steps"
      className="flex min-h-0 min-w-0 flex-col border-b md:border-r md:border-b-0"
    >
      <div className="flex items-center gap-1 border-b px-3 py-1">
        <h2 id="steps" className="font-medium">
          Steps
        </h2>
        {chosen !== undefined && (
          <Button
            size="small"
            variant="ghost"
            onClick={() => void navigate({ search: (before) => ({ ...before, step: undefined }) })}
          >
            Show all
          </Button>
        )}
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form. */}
        <div role="group" aria-label="Show steps as" className="ml-auto flex gap-1">
          {(['tree', 'timeline'] as const).map((name) => (
            <Button
              key={name}
              size="small"
              variant="ghost"
              aria-pressed={look === name}
              className="capitalize aria-pressed:bg-accent aria-pressed:text-accent-foreground"
              onClick={() =>
                void navigate({
                  search: (before) => ({ ...before, steps: name === 'tree' ? undefined : name }),
                })
              }
            >
              {name}
            </Button>
          ))}
        </div>
      </div>
      <Loaded query={query}>
        {() =>
          rows.length === 0 ? (
            <Empty title="No steps">A step is there with the first thing that is written in it.</Empty>
          ) : (
            <VirtualList
              label="Steps of the run"
              items={rows}
              keyOf={({ step }) => step.id}
              rowHeight={look === 'tree' ? 34 : 44}
              {...moreOf(query)}
              onOpen={({ step }) => choose(step)}
              onlyFocused
              className="min-h-0 grow"
            >
              {({ step, depth }) => (
                <StepRow
                  step={step}
                  depth={depth}
                  isChosen={formatStep(step) === chosen}
                  onChoose={() => choose(step)}
                >
                  {look === 'timeline' && <StepTimes step={step} from={run.createdAt} to={run.updatedAt} />}
                </StepRow>
              )}
            </VirtualList>
          )
        }
      </Loaded>
    </section>
  );
}
