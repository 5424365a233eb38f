import type { EntriesService, LiveEntries } from '@stepledger/contract';
import type { Beginning } from '../live/feeds.ts';
import type { StoreContext } from '../store-context.ts';

type Input = Parameters<EntriesService['subscribe']>[0];

/** Follows one run, or all runs of the project. */
export function subscribeEntries(
  { feeds, scope }: StoreContext,
  input: Input,
  signal: AbortSignal,
): Promise<AsyncIterable<LiveEntries>> {
  const feed = { projectId: scope.projectId, runId: input.runId ?? null };
  return feeds.follow(feed, toBeginning(input), signal);
}

function toBeginning({ lastEventId, fromNow, fromRevision }: Input): Beginning {
  if (lastEventId !== undefined) return { cursor: lastEventId };
  if (fromNow) return 'now';
  return fromRevision === undefined ? 'start' : { fromRevision };
}
