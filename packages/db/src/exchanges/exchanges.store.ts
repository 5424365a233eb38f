import type { ExchangesService } from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { getExchange, listExchanges } from './exchanges.read.ts';
import { completeExchange, failExchange, openExchange, recordExchange } from './exchanges.write.ts';

export function createExchangesStore(context: StoreContext): ExchangesService {
  return {
    open: (input) => openExchange(context, input),
    complete: (input) => completeExchange(context, input),
    fail: (input) => failExchange(context, input),
    record: (input) => recordExchange(context, input),
    get: (input) => getExchange(context, input),
    list: (input) => listExchanges(context, input),
  };
}
