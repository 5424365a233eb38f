import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { Visible } from '../../ui/exact-text.tsx';

/** The way to a run of which only the id is known. */
export function RunLink({ runId }: { runId: string }) {
  const trpc = useTRPC();
  const { data: run } = useQuery(trpc.runs.get.queryOptions({ runId }));
  if (run === undefined) return <code>{runId.slice(0, 8)}</code>;
  return (
    <Link to="/runs/$run" params={{ run: run.key }} className="text-primary underline underline-offset-2">
      <Visible text={run.key} />
    </Link>
  );
}
