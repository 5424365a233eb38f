/** Where a stored value is not what the source says. */
export interface Mismatch {
  path: string;
  reason: string;
}

export interface Comparison {
  /** Strings that were compared, and their UTF-16 code units. */
  texts: number;
  units: number;
  mismatches: Mismatch[];
}

export function newComparison(): Comparison {
  return { texts: 0, units: 0, mismatches: [] };
}

/**
 * Compares a JSON value with its source, each text code unit by code unit, and adds to the counts.
 *
 * The order of an object's keys does not matter; an absent field and `undefined` are the same.
 */
export function compare(source: unknown, stored: unknown, path: string, into: Comparison): void {
  if (typeof source === 'string' && typeof stored === 'string') {
    into.texts += 1;
    into.units += source.length;
    if (source !== stored) into.mismatches.push({ path, reason: describeDifference(source, stored) });
  } else if (Array.isArray(source) && Array.isArray(stored)) {
    if (source.length !== stored.length) {
      into.mismatches.push({ path, reason: `has ${stored.length} items instead of ${source.length}` });
    }
    for (const [index, item] of source.entries()) compare(item, stored[index], `${path}[${index}]`, into);
  } else if (isObject(source) && isObject(stored)) {
    for (const key of new Set([...Object.keys(source), ...Object.keys(stored)])) {
      compare(source[key], stored[key], `${path}.${key}`, into);
    }
  } else if (source !== stored) {
    into.mismatches.push({ path, reason: `is ${show(stored)} instead of ${show(source)}` });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describeDifference(source: string, stored: string): string {
  let at = 0;
  while (at < source.length && source.charCodeAt(at) === stored.charCodeAt(at)) at += 1;
  const excerpt = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 10), at + 20));
  return `differs at unit ${at}: ${excerpt(stored)} instead of ${excerpt(source)} (${stored.length} units, not ${source.length})`;
}

function show(value: unknown): string {
  const json = JSON.stringify(value) ?? 'absent';
  return json.length > 80 ? `${json.slice(0, 80)}...` : json;
}
