import { getRouteApi } from '@tanstack/react-router';
import { RUN_STATUSES } from '../../../app/search-params.ts';
import { toVisible } from '../../../lib/words/visible.ts';
import { Button } from '../../../ui/button.tsx';
import { Visible } from '../../../ui/exact-text.tsx';
import { Select } from '../../../ui/input.tsx';
import { useWorkflowNames } from '../../workflows/use-workflow-names.ts';

const route = getRouteApi('/');

export function RunsFilters() {
  const { status, workflow, compare } = route.useSearch();
  const navigate = route.useNavigate();
  const workflows = useWorkflowNames(workflow);
  return (
    <>
      <div className="ml-auto flex flex-wrap items-center gap-3">
        <label className="flex items-center gap-2 text-muted-foreground">
          Status
          <Select
            value={status ?? ''}
            onChange={({ target }) =>
              void navigate({
                search: (before) => ({
                  ...before,
                  status: RUN_STATUSES.find((known) => known === target.value),
                }),
              })
            }
          >
            <option value="">all</option>
            {RUN_STATUSES.map((known) => (
              <option key={known}>{known}</option>
            ))}
          </Select>
        </label>
        <label className="flex items-center gap-2 text-muted-foreground">
          Workflow
          <Select
            className="max-w-48"
            value={workflow ?? ''}
            onChange={({ target }) =>
              void navigate({ search: (before) => ({ ...before, workflow: target.value || undefined }) })
            }
          >
            <option value="">all</option>
            {[...workflows].map((name) => (
              <option key={name} value={name}>
                {toVisible(name)}
              </option>
            ))}
          </Select>
        </label>
      </div>
      {compare !== undefined && (
        <p className="flex w-full items-center gap-2 rounded-md bg-accent px-3 py-1.5 text-accent-foreground">
          <span className="min-w-0 truncate">
            Choose the run to compare <Visible text={compare} /> with.
          </span>
          <Button
            size="small"
            className="ml-auto"
            onClick={() => void navigate({ search: (before) => ({ ...before, compare: undefined }) })}
          >
            Cancel
          </Button>
        </p>
      )}
    </>
  );
}
