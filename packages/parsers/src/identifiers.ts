import { LIMITS } from '@stepledger/contract';

const CONTROL_CHARACTERS = /[\p{Cc}\u2028\u2029]+/gu;

/**
 * Makes a title or key out of any text: blanks for control characters, none at the ends, at most 200 code units.
 *
 * @returns undefined when nothing is left.
 */
export function toIdentifier(text: string): string | undefined {
  const clean = text.replace(CONTROL_CHARACTERS, ' ').toWellFormed().trim();
  return cut(clean, LIMITS.maxIdentifierLength).trim() || undefined;
}

/** A heading as a key: its letters and digits in lower case, with hyphens for all between. */
export function toSlug(text: string): string {
  const words =
    text
      .toWellFormed()
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return cut(words.join('-'), LIMITS.maxIdentifierLength) || 'section';
}

/** Gives keys that are unique with their kind: the second of a name gets `-2`. */
export function createUniqueKeys(): (kind: string, wanted: string) => string {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  const toName = (kind: string, key: string) => JSON.stringify([kind, key]);
  return (kind, wanted) => {
    const base = toName(kind, wanted);
    let key = wanted;
    while (taken.has(toName(kind, key))) {
      const count = (counts.get(base) ?? 1) + 1;
      counts.set(base, count);
      const ending = `-${count}`;
      key = cut(wanted, LIMITS.maxIdentifierLength - ending.length) + ending;
    }
    taken.add(toName(kind, key));
    return key;
  };
}

/** At most so many code units, and no half of a character at the end. */
function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const isBetweenHalves = /[\ud800-\udbff]/.test(text.charAt(maxLength - 1));
  return text.slice(0, isBetweenHalves ? maxLength - 1 : maxLength);
}
