import { getRouteApi } from '@tanstack/react-router';
import { LIST_ORDERS } from '../../../app/search-params.ts';
import { Select } from '../../../ui/input.tsx';

const route = getRouteApi('/runs/$run');

const LABELS = { oldest: 'oldest first', newest: 'newest first' } as const;

/** From which end the lists of the run are read. */
export function OrderSelect() {
  const { order = 'oldest' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <label className="flex items-center gap-2">
      Order
      <Select
        value={order}
        onChange={({ target }) =>
          void navigate({
            search: (before) => ({ ...before, order: target.value === 'newest' ? 'newest' : undefined }),
          })
        }
      >
        {LIST_ORDERS.map((name) => (
          <option key={name} value={name}>
            {LABELS[name]}
          </option>
        ))}
      </Select>
    </label>
  );
}
