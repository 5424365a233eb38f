import { callTRPCProcedure, getTRPCErrorFromUnknown, isTrackedEnvelope } from '@trpc/server';
import { appRouter } from './app.router.ts';
import type { Context } from './context.ts';
import { ledgerErrorOf } from './wire-errors.ts';

/** A subscription of a caller in the same process. */
export interface LocalSubscription {
  path: string;
  input: unknown;
  signal: AbortSignal;
}

/**
 * Opens a subscription without HTTP; the next event is read when it is asked for.
 *
 * @throws LedgerError, also between events.
 */
export async function* openLocalEvents(
  ctx: Context,
  { path, input, signal }: LocalSubscription,
): AsyncGenerator<{ id: string; data: unknown }, void, undefined> {
  try {
    const events: AsyncIterable<unknown> = await callTRPCProcedure({
      router: appRouter,
      path,
      getRawInput: async () => input,
      ctx,
      type: 'subscription',
      signal,
      batchIndex: 0,
    });
    for await (const event of events) {
      // As it would come over HTTP: plain JSON, shared with nobody.
      if (isTrackedEnvelope(event)) yield { id: event[0], data: JSON.parse(JSON.stringify(event[1])) };
    }
  } catch (error) {
    throw ledgerErrorOf(getTRPCErrorFromUnknown(error), { path, requestId: ctx.requestId });
  }
}
