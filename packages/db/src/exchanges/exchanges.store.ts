import type { ExchangesService } from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { appendExchange, heartbeatExchange } from './exchanges.append.ts';
import { recordAttempt } from './exchanges.attempt.ts';
import { completeExchange, failExchange } from './exchanges.close.ts';
import { listExchanges } from './exchanges.list.ts';
import { openExchange } from './exchanges.open.ts';
import { getExchange } from './exchanges.read.ts';
import { readReceived } from './exchanges.received.ts';
import { recordExchange } from './exchanges.record.ts';
import { findResponse } from './find-response.ts';

export function createExchangesStore(context: StoreContext): ExchangesService {
  return {
    open: (input) => openExchange(context, input),
    append: (input) => appendExchange(context, input),
    heartbeat: (input) => heartbeatExchange(context, input),
    attempt: (input) => recordAttempt(context, input),
    complete: (input) => completeExchange(context, input),
    fail: (input) => failExchange(context, input),
    record: (input) => recordExchange(context, input),
    get: (input) => getExchange(context, input),
    list: (input) => listExchanges(context, input),
    received: (input) => readReceived(context, input),
    findResponse: (input) => findResponse(context, input),
  };
}
