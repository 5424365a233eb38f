import type { SearchPage } from '@stepledger/client';
import { getRouteApi } from '@tanstack/react-router';
import type { SEARCH_SOURCES } from '../../app/search-params.ts';
import { formatNumber } from '../../lib/words/format.ts';
import { cn } from '../../ui/cn.ts';
import { Visible } from '../../ui/exact-text.tsx';

const route = getRouteApi('/search');

type Facets = NonNullable<SearchPage['facets']>;
type Source = (typeof SEARCH_SOURCES)[number];

/** The source that holds what a type of hit was found in. */
const SOURCES: Readonly<Record<string, Source>> = {
  document: 'documents',
  prompt: 'prompts',
  message: 'prompts',
  response: 'responses',
};

/** How many matches there are of each type, kind, step and workflow; a press shows only those, another all again. */
export function SearchFacets({ facets }: { facets: Facets }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <div className="grid gap-1.5 border-b px-4 py-2 text-xs">
      <p className="text-muted-foreground">
        {facets.estimated ? `More than ${formatNumber(facets.counted)}` : formatNumber(facets.counted)} found
        {facets.estimated && ', counted are the newest'}
      </p>
      <Facet
        label="Type"
        counts={facets.type}
        isChosen={(value) => search.in !== undefined && search.in === SOURCES[value]}
        toggle={(value, chosen) =>
          void navigate({ search: (before) => ({ ...before, in: chosen ? undefined : SOURCES[value] }) })
        }
      />
      {(['kind', 'step', 'workflow'] as const).map((name) => (
        <Facet
          key={name}
          label={LABELS[name]}
          counts={facets[name]}
          isChosen={(value) => search[name] === value}
          toggle={(value, chosen) =>
            void navigate({ search: (before) => ({ ...before, [name]: chosen ? undefined : value }) })
          }
        />
      ))}
    </div>
  );
}

const LABELS = { kind: 'Kind', step: 'Step', workflow: 'Workflow' };
/** More would push what was found out of sight. */
const MAX_SHOWN = 8;

interface FacetProps {
  label: string;
  counts: Facets['type'];
  isChosen: (value: string) => boolean;
  toggle: (value: string, chosen: boolean) => void;
}

function Facet({ label, counts, isChosen, toggle }: FacetProps) {
  if (counts.length === 0) return null;
  return (
    <fieldset className="flex flex-wrap items-center gap-1">
      <legend className="float-left mr-2 w-16 text-muted-foreground">{label}</legend>
      {counts.slice(0, MAX_SHOWN).map(({ value, count }) => {
        const chosen = isChosen(value);
        return (
          <button
            key={value}
            type="button"
            aria-pressed={chosen}
            className={cn(
              'min-h-6 max-w-56 cursor-pointer truncate rounded-full border px-2 py-0.5 hover:bg-muted',
              chosen && 'border-primary bg-accent text-accent-foreground',
            )}
            onClick={() => toggle(value, chosen)}
          >
            <Visible text={value} /> {formatNumber(count)}
          </button>
        );
      })}
    </fieldset>
  );
}
