import { getRouteApi } from '@tanstack/react-router';
import type { BODY_FORMS } from '../../app/search-params.ts';
import { Button } from '../../ui/button.tsx';

const route = getRouteApi('/exchanges/$exchangeId');
const LABELS = { readable: 'Readable', exact: 'Exact', bytes: 'Bytes' } as const;

/** How bodies are shown; it stands in the URL. */
export function FormChoice({ forms }: { forms: readonly (typeof BODY_FORMS)[number][] }) {
  const { form = 'readable' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <fieldset className="flex items-center gap-1">
      <legend className="sr-only">Show as</legend>
      {forms.map((each) => (
        <Button
          key={each}
          size="small"
          variant={form === each ? 'outline' : 'ghost'}
          aria-pressed={form === each}
          onClick={() => void navigate({ search: (now) => ({ ...now, form: each }), replace: true })}
        >
          {LABELS[each]}
        </Button>
      ))}
    </fieldset>
  );
}
