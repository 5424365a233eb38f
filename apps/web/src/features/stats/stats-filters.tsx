import { getRouteApi } from '@tanstack/react-router';
import { STATS_BY, STATS_DAYS, STATS_MEASURES } from '../../app/search-params.ts';
import { toVisible } from '../../lib/words/visible.ts';
import { Select } from '../../ui/input.tsx';
import { useWorkflowNames } from '../workflows/use-workflow-names.ts';
import { MEASURES } from './measures.ts';

const route = getRouteApi('/stats');

export const BY = { day: 'Day', step: 'Step', model: 'Model', prompt: 'Prompt version' };

/** What is shown, grouped how, of which time and workflow. */
export function StatsFilters() {
  const { by = 'day', days = 30, measure = 'tokens', workflow } = route.useSearch();
  const navigate = route.useNavigate();
  const workflows = useWorkflowNames(workflow);
  return (
    <div className="ml-auto flex flex-wrap items-center gap-2">
      <Select
        aria-label="What the chart shows"
        value={measure}
        onChange={({ target }) => {
          const next = STATS_MEASURES.find((known) => known === target.value);
          void navigate({ search: (before) => ({ ...before, measure: next }) });
        }}
      >
        {STATS_MEASURES.map((known) => (
          <option key={known} value={known}>
            {MEASURES[known].label}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Grouped by"
        data-page-filter
        value={by}
        onChange={({ target }) => {
          const next = STATS_BY.find((known) => known === target.value);
          void navigate({ search: (before) => ({ ...before, by: next }) });
        }}
      >
        {STATS_BY.map((known) => (
          <option key={known} value={known}>
            by {BY[known].toLowerCase()}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Time"
        value={days}
        onChange={({ target }) => {
          const next = STATS_DAYS.find((known) => String(known) === target.value);
          void navigate({ search: (before) => ({ ...before, days: next }) });
        }}
      >
        {STATS_DAYS.map((known) => (
          <option key={known} value={known}>
            {known === 1 ? 'today (UTC)' : `${known} days`}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Workflow"
        className="max-w-48"
        value={workflow ?? ''}
        onChange={({ target }) =>
          void navigate({ search: (before) => ({ ...before, workflow: target.value || undefined }) })
        }
      >
        <option value="">all workflows</option>
        {[...workflows].map((name) => (
          <option key={name} value={name}>
            {toVisible(name)}
          </option>
        ))}
      </Select>
    </div>
  );
}
