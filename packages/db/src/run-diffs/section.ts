import type { RunDiffItem } from '@stepledger/contract';
import type { Bind } from '../connection.ts';
import type { StoreContext } from '../store-context.ts';
import type { End, Ends } from './ends.ts';
import type { FoundExchanges } from './exchanges.section.ts';

/** Behind which difference a section goes on: two numbers and an id, in its own order. */
export type Place = readonly [number, number, string];

export const NO_ID = '00000000-0000-0000-0000-000000000000';
export const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
export const BEGINNING: Place = [-1, -1, NO_ID];

export interface SectionInput {
  readonly ends: Ends;
  readonly after: Place;
  /** Differences at most. */
  readonly limit: number;
  readonly withPatches: boolean;
  /** What the section of exchanges begins with, where it was found before. */
  readonly exchanges: FoundExchanges | null;
}

export interface SectionPage {
  readonly items: RunDiffItem[];
  /** Where the section goes on; null at its end. */
  readonly next: Place | null;
}

/** Finds the differences of one kind, in an order of its own. */
export type Section = (context: StoreContext, input: SectionInput) => Promise<SectionPage>;

/** Parameters of a statement over both ends: $1 the project, $2 and $3 `from`, $4 and $5 `to`. */
export function bindEnds(
  { scope }: Pick<StoreContext, 'scope'>,
  { from, to }: { from: End; to: End },
): Bind[] {
  return [scope.projectId, from.runId, from.revision, to.runId, to.revision];
}

/** Seen from the other side. */
export function flip({ from, to, shared }: Ends): Ends {
  return { from: to, to: from, shared };
}
