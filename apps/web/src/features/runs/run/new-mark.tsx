import { Badge } from '../../../ui/badge.tsx';
import { useRunView } from './run-view.ts';

/** Marks what came since the reader did; in the past, what the revision that is looked at wrote. */
export function NewMark({ revision, also = null }: { revision: number; also?: number | null }) {
  const { isNew, at } = useRunView();
  if (!isNew(revision) && !isNew(also)) return null;
  return <Badge tone="success">{at === undefined ? 'new' : 'here'}</Badge>;
}
