import { isMap, isScalar, type Pair, parseDocument, type Scalar, stringify } from 'yaml';

/** What sync writes into the front matter of a file; every other key is the person's own. */
export interface FrontValues {
  /** The document that the file holds. */
  id?: string | undefined;
  /** The version that the file was last made from or saved as: the base of the next merge. */
  version?: number | undefined;
  /** As `NAME` or `NAME:KEY`. */
  step?: string | null | undefined;
  title?: string | null | undefined;
  status?: string | null | undefined;
  /** Stands there while a conflict waits for a person, who takes it out. */
  conflict?: string | null | undefined;
}

const NAMES = ['id', 'version', 'step', 'title', 'status', 'conflict'] as const;

/** Front matter that sync cannot read or change without harm; the message is for people. */
export class FrontMatterError extends Error {
  override readonly name = 'FrontMatterError';
}

/** Reads our values out of the lines between the fences. Throws FrontMatterError. */
export function readFrontMatter(source: string): FrontValues {
  const pairs = readPairs(source);
  const text = (name: (typeof NAMES)[number]) => {
    const pair = pairs.get(name);
    return pair && toText(name, pair);
  };
  const version = text('version');
  const id = text('id');
  return {
    ...(typeof id === 'string' && { id }),
    ...(typeof version === 'string' && { version: toVersion(version) }),
    step: text('step'),
    title: text('title'),
    status: text('status'),
    conflict: text('conflict'),
  };
}

/**
 * Sets our values and leaves every other byte as it is, comments and order too. What is undefined is not touched; null
 * is written only where the key stands already. Throws FrontMatterError where that is not possible.
 */
export function writeFrontMatter(source: string, values: FrontValues, newline: string): string {
  const pairs = readPairs(source);
  let written = source;
  const added: string[] = [];
  // From the end, so that places before stay where they are.
  const present = NAMES.filter((name) => pairs.has(name)).sort(
    (one, other) => placeOf(pairs, other)[0] - placeOf(pairs, one)[0],
  );
  for (const name of present) {
    const value = values[name];
    if (value === undefined || value === toValue(name, pairs)) continue;
    const [start, end] = placeOf(pairs, name);
    const gap = written[start - 1] === ':' ? ' ' : '';
    written = written.slice(0, start) + gap + toYaml(value) + written.slice(end);
  }
  for (const name of NAMES) {
    const value = values[name];
    if (!pairs.has(name) && value !== undefined && value !== null)
      added.push(`${name}: ${toYaml(value)}${newline}`);
  }
  written = added.join('') + written;
  checkWritten(written, values, pairs.size + added.length);
  return written;
}

/** Refuses to hand out what does not read back as it was meant. */
function checkWritten(written: string, values: FrontValues, size: number): void {
  const pairs = readPairsOrNull(written);
  const isSame = (name: (typeof NAMES)[number]) => {
    const value = values[name];
    return value === undefined || (pairs !== null && (toValue(name, pairs) ?? null) === value);
  };
  if (pairs?.size !== size || !NAMES.every(isSame)) {
    throw new FrontMatterError('its front matter cannot be added to; write it as one `key: value` a line');
  }
}

function readPairsOrNull(source: string): Map<string, Pair> | null {
  try {
    return readPairs(source);
  } catch (error) {
    if (error instanceof FrontMatterError) return null;
    throw error;
  }
}

function readPairs(source: string): Map<string, Pair> {
  const document = parseDocument(source, { uniqueKeys: true, strict: true, prettyErrors: true });
  const [fault] = document.errors;
  if (fault) throw new FrontMatterError(`its front matter is not YAML: ${fault.message.split('\n')[0]}`);
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null && contents.source === '')) {
    return new Map();
  }
  if (!isMap(contents)) {
    throw new FrontMatterError(
      'it begins with --- and what follows is no front matter; write an empty one, two lines of ---, before it',
    );
  }
  const pairs = contents.items.map((pair): [string, Pair] => [
    isScalar(pair.key) ? String(pair.key.value) : '',
    pair,
  ]);
  return new Map(pairs);
}

function placeOf(pairs: Map<string, Pair>, name: string): [number, number] {
  const value = pairs.get(name)?.value;
  const range = isScalar(value) ? value.range : undefined;
  if (!range) throw new FrontMatterError(`\`${name}\` in its front matter must be a text on its line`);
  return [range[0], range[1]];
}

function toText(name: string, { value }: Pair): string | null {
  if (value === null) return null;
  if (!isScalar(value)) throw new FrontMatterError(`\`${name}\` in its front matter must be a text`);
  return scalarText(value);
}

/** A plain `1.10` or `true` is the text that stands there, not the number or the truth value. */
function scalarText(scalar: Scalar): string | null {
  if (scalar.value === null) return null;
  return typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? String(scalar.value));
}

function toValue(name: (typeof NAMES)[number], pairs: Map<string, Pair>): string | number | null | undefined {
  const pair = pairs.get(name);
  const text = pair && toText(name, pair);
  return name === 'version' && typeof text === 'string' ? toVersion(text) : text;
}

function toVersion(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) {
    throw new FrontMatterError('`version` in its front matter must be the number of a version, such as 3');
  }
  return Number(text);
}

function toYaml(value: string | number | null): string {
  return stringify(value, { lineWidth: 0 }).trimEnd();
}
