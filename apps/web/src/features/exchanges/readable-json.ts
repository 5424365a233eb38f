/** More is shown as it is: reading it would keep the page busy. */
const MAX_LENGTH = 4 * 1024 * 1024;

/**
 * JSON as a person reads it: the texts of a list of parts one after the other, any other with its lines broken.
 *
 * For the eye only: JSON's numbers and repeated keys may not survive it. What is no JSON comes back as it is.
 */
export function toReadable(json: string): string {
  if (json.length > MAX_LENGTH) return json;
  const value = parse(json);
  if (value === undefined) return json;
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return JSON.stringify(value, null, 2);
  return value.map(toReadablePart).join('\n\n');
}

function toReadablePart(part: unknown): string {
  if (typeof part === 'string') return part;
  const { text, ...rest } = (typeof part === 'object' && part !== null ? part : {}) as Record<
    string,
    unknown
  >;
  const isPlainText = typeof text === 'string' && Object.keys(rest).every((name) => name === 'type');
  return isPlainText ? text : JSON.stringify(part, null, 2);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // It is shown exactly instead.
    return undefined;
  }
}
