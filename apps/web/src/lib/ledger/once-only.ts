import type { AppRouter } from '@stepledger/client';
import type { TRPCUntypedClient } from '@trpc/client';

type Mutation = TRPCUntypedClient<AppRouter>['mutation'];

/** Of more that failed, the oldest is forgotten: an input may hold a large text. */
const MAX_REMEMBERED = 20;

interface FailedWrite {
  path: string;
  idempotencyKey: string;
}

/**
 * Sends a mutation that failed and is asked for again, with the same input, under the same idempotency key: it may have
 * happened although its answer was lost, and must not happen twice.
 *
 * What the server refused it has not remembered, so that a key is as good as new then. Once the same procedure has done
 * something else, what failed before is no longer tried again but wanted anew, such as a label that was moved away and
 * is moved back.
 */
export function toOnceOnlyMutation(client: Pick<TRPCUntypedClient<AppRouter>, 'mutation'>): Mutation {
  const failed = new Map<string, FailedWrite>();
  return async (path, input, options) => {
    const name = JSON.stringify([path, input]);
    const { idempotencyKey } = failed.get(name) ?? { idempotencyKey: newKey() };
    failed.delete(name);
    try {
      const answer = await client.mutation(path, { ...toFields(input), idempotencyKey }, options);
      for (const [other, write] of failed) if (write.path === path) failed.delete(other);
      return answer;
    } catch (error) {
      failed.set(name, { path, idempotencyKey });
      const [oldest] = failed.keys();
      if (failed.size > MAX_REMEMBERED && oldest !== undefined) failed.delete(oldest);
      throw error;
    }
  };
}

function toFields(input: unknown): object {
  return typeof input === 'object' && input !== null ? input : {};
}

/** Not randomUUID, which browsers keep from pages that came over plain http. */
function newKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}
