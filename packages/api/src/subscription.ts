import { getTRPCErrorFromUnknown, type TrackedEnvelope, tracked } from '@trpc/server';
import { z } from 'zod';
import type { GuardedContext } from './context.ts';
import { translate } from './procedure.ts';
import { Streams } from './streams.ts';

const EVENTS = new WeakMap<z.ZodType, z.ZodType>();

/** The output of a subscription, by the schema of each of its events. */
export function eventsOf<Event extends z.ZodType>(event: Event) {
  const schema = z.custom<AsyncIterable<TrackedEnvelope<z.output<Event>>>>(
    (value) => typeof value === 'object' && value !== null && Symbol.asyncIterator in value,
  );
  EVENTS.set(schema, event);
  return schema;
}

/** The schema of the events that an output stands for; undefined when it is that of no subscription. */
export function eventSchemaOf(output: unknown): z.ZodType | undefined {
  return output instanceof z.ZodType ? EVENTS.get(output) : undefined;
}

/** What a resolver knows of its call. */
interface Call {
  ctx: GuardedContext;
  path: string;
  signal: AbortSignal | undefined;
}

/**
 * Serves a subscription out of a service: each event is held against its schema and named by its cursor, from which
 * callers go on, and what breaks it off is told as any other failure.
 *
 * The next event is asked for when the one before is on its way, so that a caller who does not read holds it up.
 */
export async function serveEvents<Event extends { cursor: string }, Schema extends z.ZodType>(
  schema: Schema,
  { ctx, path, signal: caller }: Call,
  open: (signal: AbortSignal) => Promise<AsyncIterable<Event>>,
): Promise<AsyncIterable<TrackedEnvelope<z.output<Schema>>>> {
  const { signal, close } = (ctx.streams ?? new Streams()).open(ctx.caller.project.slug, caller);
  try {
    const events = await open(signal);
    return send(events);
  } catch (error) {
    close();
    throw error;
  }

  async function* send(events: AsyncIterable<Event>) {
    try {
      for await (const { cursor, ...event } of events) yield tracked(cursor, schema.parse(event));
      signal.throwIfAborted();
    } catch (error) {
      // Its caller is gone.
      if (caller?.aborted) return;
      const getRawInput = async () => undefined;
      throw await translate(getTRPCErrorFromUnknown(error), { ctx, path, errors: [], getRawInput });
    } finally {
      close();
    }
  }
}
