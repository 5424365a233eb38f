import { createHash } from 'node:crypto';

/**
 * The idempotency key of one write, the same in every load: so loading twice changes nothing.
 *
 * It says where the write stands, not what it writes: a source that has changed since is then refused with
 * IDEMPOTENCY_CONFLICT instead of being stored beside the old one.
 */
export function toIdempotencyKey(...place: (string | number)[]): string {
  const digest = createHash('sha256').update(JSON.stringify(place)).digest('hex');
  return `recorded-runs/${digest.slice(0, 32)}`;
}

/** Makes a name unique among those given before with the same scope. */
export type UniqueNames = (name: string, scope?: string) => string;

/** Numbers the second and later ones of a name: `code`, `code #2`, `code #3`. */
export function createUniqueNames(): UniqueNames {
  const taken = new Set<string>();
  return (name, scope = '') => {
    const toUnique = (candidate: string) => JSON.stringify([scope, candidate]);
    let unique = name;
    for (let count = 2; taken.has(toUnique(unique)); count += 1) unique = `${name} #${count}`;
    taken.add(toUnique(unique));
    return unique;
  };
}
