import { getRouteApi, Link } from '@tanstack/react-router';
import { Visible } from '../../../ui/exact-text.tsx';

const route = getRouteApi('/');
const LOOK = 'text-xs text-primary hover:underline';

/** Picks a run to be compared, or compares it with the one that was picked. */
export function CompareLink({ runKey }: { runKey: string }) {
  const { compare } = route.useSearch();
  if (compare === undefined) {
    return (
      <Link from="/" to="/" search={(before) => ({ ...before, compare: runKey })} className={LOOK}>
        Compare
        <span className="sr-only">
          {' '}
          <Visible text={runKey} />
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
