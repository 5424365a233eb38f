import type { AppRouter } from '@stepledger/client';
import type { TRPCUntypedClient } from '@trpc/client';

type Mutation = TRPCUntypedClient<AppRouter>['mutation'];

/** Of more that failed, the oldest is forgotten: an input may hold a large text. */
const MAX_REMEMBERED = 20;

interface FailedWrite {
  subject: string;
  idempotencyKey: string;
}

/** What names the thing that a mutation is about, whatever it does with it. */
const NAMES = ['id', 'slug', 'runId', 'documentId', 'exchangeId', 'kind', 'key', 'name', 'label'] as const;

/**
 * Sends a mutation that failed and is asked for again, with the same input, under the same idempotency key: it may have
 * happened although its answer was lost, and must not happen twice.
 *
 * What the server refused it has not remembered, so that a key is as good as new then. Once something else was done with
 * the same thing, what failed before is no longer tried again but wanted anew, such as a label that was moved away and is
 * moved back.
 */
export function toOnceOnlyMutation(client: Pick<TRPCUntypedClient<AppRouter>, 'mutation'>): Mutation {
  const failed = new Map<string, FailedWrite>();
  return async (path, input, options) => {
    const name = JSON.stringify([path, input]);
    const subject = toSubject(path, toFields(input));
    const { idempotencyKey } = failed.get(name) ?? { idempotencyKey: newKey() };
    failed.delete(name);
    try {
      const answer = await client.mutation(path, { ...toFields(input), idempotencyKey }, options);
      for (const [other, write] of failed) if (write.subject === subject) failed.delete(other);
      return answer;
    } catch (error) {
      failed.set(name, { subject, idempotencyKey });
      const [oldest] = failed.keys();
      if (failed.size > MAX_REMEMBERED && oldest !== undefined) failed.delete(oldest);
      throw error;
    }
  };
}

function toSubject(path: string, fields: Record<string, unknown>): string {
  return JSON.stringify([path.split('.')[0], ...NAMES.map((name) => fields[name] ?? null)]);
}

function toFields(input: unknown): Record<string, unknown> {
  return typeof input === 'object' && input !== null ? { ...input } : {};
}

/** Not randomUUID, which browsers keep from pages that came over plain http. */
function newKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}
