/** Names under which the events of a streamed answer carry pieces of it. */
const PIECES = new Set([
  'text',
  'content',
  'delta',
  'thinking',
  'reasoning',
  'reasoning_content',
  'partial_json',
  'arguments',
  'response',
]);
const EVENT = /^data: ?(.*)$/gm;

/**
 * What a reader of JSON would see of it: its strings, one a line. Of a stream of events, the pieces of the answer as one
 * text, since words are cut between two.
 *
 * @returns null when it is neither.
 */
export function stringsOf(body: string): string | null {
  const whole = parse(body);
  if (whole !== undefined) return collect(whole, () => true).join('\n');
  const events = [...body.matchAll(EVENT)]
    .map(([, data]) => parse(data ?? ''))
    .filter((event) => event !== undefined);
  if (events.length > 0) return pieces(events);
  // One JSON value a line; most bodies that are none say so in the first.
  const [first = '', ...others] = body.trimEnd().split('\n');
  if (others.length === 0 || parse(first) === undefined) return null;
  const lines = [first, ...others].map(parse);
  return lines.includes(undefined) ? null : pieces(lines);
}

function pieces(events: readonly unknown[]): string {
  return events.flatMap((event) => collect(event, (name) => PIECES.has(name))).join('');
}

function parse(text: string): unknown {
  const first = text.trimStart()[0];
  if (first !== '{' && first !== '[' && first !== '"') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The strings of a JSON value in order, with a stack of its own since the depth is the caller's. */
function collect(root: unknown, wanted: (name: string) => boolean): string[] {
  const strings: string[] = [];
  const pending: { value: unknown; name: string }[] = [{ value: root, name: '' }];
  for (let item = pending.pop(); item; item = pending.pop()) {
    const { value, name } = item;
    if (typeof value === 'string') {
      if (wanted(name)) strings.push(value);
    } else if (Array.isArray(value)) {
      for (let index = value.length - 1; index >= 0; index--) pending.push({ value: value[index], name });
    } else if (typeof value === 'object' && value !== null) {
      for (const key of Object.keys(value).reverse())
        pending.push({ value: Reflect.get(value, key), name: key });
    }
  }
  return strings;
}
