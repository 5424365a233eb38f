import type { StatsService } from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { statsOfExchanges } from './stats.exchanges.ts';

/** What all that was recorded comes to, in numbers. */
export function createStatsStore(context: StoreContext): StatsService {
  return { exchanges: (input) => statsOfExchanges(context, input) };
}
