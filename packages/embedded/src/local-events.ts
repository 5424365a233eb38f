import { type Context, openLocalEvents, toWireError } from '@stepledger/api';
import { fromWire, type LiveEvent, type OpenEvents } from '@stepledger/client/links';
import { LedgerError } from '@stepledger/contract';

/** Events come from the API itself, with the errors that they have over HTTP. */
export function createLocalEvents(createContext: () => Promise<Context>): OpenEvents {
  return async function* open(path, input, signal): AsyncGenerator<LiveEvent, void, undefined> {
    const ctx = await createContext();
    try {
      yield* openLocalEvents(ctx, { path, input, signal });
    } catch (error) {
      throw error instanceof LedgerError ? fromWire(toWireError(error, ctx.requestId), error) : error;
    }
  };
}
