import type { RunDiffItem } from '@stepledger/contract';
import type { Ends } from './ends.ts';
import { flip, NO_ID, type SectionInput, type SectionPage } from './section.ts';

export interface LaneInput {
  /** Seen from the side whose ledger gives the order. */
  readonly ends: Ends;
  /** Revision and id of the last one told. */
  readonly after: readonly [number, string];
  readonly limit: number;
  /** Whether the ends are seen from `to`: only what it has alone is left then. */
  readonly isTo: boolean;
}

interface LanePage {
  readonly items: RunDiffItem[];
  readonly next: readonly [number, string] | null;
}

/** First everything of `from`, changed or removed, in the order of its ledger, then what only `to` has in that of its own. */
export async function inTwoLanes(
  { ends, after, limit }: SectionInput,
  find: (lane: LaneInput) => Promise<LanePage>,
): Promise<SectionPage> {
  const [lane, ...place] = after;
  const items: RunDiffItem[] = [];
  if (lane < 1) {
    const first = await find({ ends, after: lane === 0 ? place : [-1, NO_ID], limit, isTo: false });
    if (first.next) return { items: first.items, next: [0, ...first.next] };
    items.push(...first.items);
    if (items.length === limit) return { items, next: [1, -1, NO_ID] };
  }
  const left = limit - items.length;
  const second = await find({
    ends: flip(ends),
    after: lane === 1 ? place : [-1, NO_ID],
    limit: left,
    isTo: true,
  });
  return { items: [...items, ...second.items], next: second.next && [1, ...second.next] };
}
