import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { SEARCH_MODES, SEARCH_ORDERS } from '../../app/search-params.ts';
import { Input, Select } from '../../ui/input.tsx';

const route = getRouteApi('/search');

/** Enough to have typed a word to its end. */
const TYPING_MS = 250;
/** As the server takes it: LIMITS.maxSearchLength. */
const MAX_LENGTH = 1000;

const MODES = { full: 'Words', exact: 'Exact text', fuzzy: 'With typos' };
const ORDERS = { newest: 'Newest', ranked: 'Best match' };

/** What is searched for, and how it is understood; the URL follows what is typed. */
export function SearchBox() {
  const { q = '', mode, order, versions } = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(q);
  const [told, setTold] = useState(q);
  // Another search came by the URL, such as by going back.
  if (told !== q) {
    setTold(q);
    setTyped(q);
  }
  useEffect(() => {
    if (typed === q) return;
    const timer = setTimeout(() => {
      setTold(typed);
      void navigate({
        search: (before) => ({ ...before, q: typed === '' ? undefined : typed }),
        replace: true,
      });
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, q, navigate]);

  return (
    <search className="flex min-w-0 grow flex-wrap items-center gap-2">
      <Input
        type="search"
        data-page-filter
        aria-label="Search for"
        placeholder={'words, "a phrase", -not, OR'}
        maxLength={MAX_LENGTH}
        className="min-w-0 grow basis-64"
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
      />
      <Select
        aria-label="How the text is understood"
        value={mode ?? 'full'}
        onChange={({ target }) => {
          const next = SEARCH_MODES.find((known) => known === target.value);
          void navigate({ search: (before) => ({ ...before, mode: next === 'full' ? undefined : next }) });
        }}
      >
        {SEARCH_MODES.map((known) => (
          <option key={known} value={known}>
            {MODES[known]}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Order"
        value={order ?? 'newest'}
        onChange={({ target }) => {
          const next = SEARCH_ORDERS.find((known) => known === target.value);
          void navigate({ search: (before) => ({ ...before, order: next === 'newest' ? undefined : next }) });
        }}
      >
        {SEARCH_ORDERS.map((known) => (
          <option key={known} value={known}>
            {ORDERS[known]}
          </option>
        ))}
      </Select>
      <label className="flex items-center gap-1.5 text-muted-foreground">
        <input
          type="checkbox"
          checked={versions === 'all'}
          onChange={({ target }) =>
            void navigate({
              search: (before) => ({ ...before, versions: target.checked ? 'all' : undefined }),
            })
          }
        />
        Old versions
      </label>
    </search>
  );
}
