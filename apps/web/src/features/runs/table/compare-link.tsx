import { getRouteApi, Link } from '@tanstack/react-router';
import { GitCompare } from 'lucide-react';
import { Visible } from '../../../ui/exact-text.tsx';

const route = getRouteApi('/');
const LOOK = 'text-xs text-primary hover:underline';

/** Picks a run to be compared, or compares it with the one that was picked. */
export function CompareLink({ runKey }: { runKey: string }) {
  const { compare } = route.useSearch();
  if (compare === undefined) {
    return (
      <Link
        from="/"
        to="/"
        search={(before) => ({ ...before, compare: runKey })}
        className="grid size-7 place-items-center rounded-md text-primary hover:bg-muted"
        title="Compare with another run"
      >
        <GitCompare aria-hidden className="size-4" />
        <span className="sr-only">
          Compare <Visible text={runKey} />
        </span>
      </Link>
    );
  }
  if (compare === runKey) return <span className="text-xs text-muted-foreground">picked</span>;
  return (
    <Link to="/compare" search={{ from: compare, to: runKey }} className={LOOK}>
      Compare with this
      <span className="sr-only">
        {' '}
        <Visible text={runKey} />
      </span>
    </Link>
  );
}
