import { readGiven } from '../files/read-given.ts';
import { parseAsOf, parseStepRef } from '../refs/parse-refs.ts';
import { resolveDocument, resolveRun, resolveVersion } from '../refs/resolve-refs.ts';
import { usageError } from '../shell/cli-error.ts';
import type { Shell } from '../shell/shell.ts';
import { type InputField, mainTextOf, type Schema, shapesOf } from './input-fields.ts';

export type Options = Readonly<Record<string, unknown>>;
type Input = Record<string, unknown>;

/** The input of a call out of its command's options: files read, runs and documents found by their names. */
export async function readInput(
  shell: Shell,
  { schema, fields }: { schema: Schema; fields: readonly InputField[] },
  options: Options,
): Promise<Input> {
  const { file, input: inputFile } = options;
  const input: Input = typeof inputFile === 'string' ? await readJson(shell, inputFile) : {};
  for (const field of fields) {
    const value = options[field.name];
    if (value !== undefined) input[field.name] = await readField(shell, field, value);
  }
  const main = mainTextOf(fields);
  if (typeof file === 'string' && main) {
    if (options[main.name] !== undefined) throw usageError(`Give either --file or --${main.name}, not both`);
    input[main.name] = (await readText(shell, file)).text;
  }
  if (meansConfiguredRun(shell, shapesOf(schema), input)) input['runId'] = await resolveRun(shell, undefined);
  return input;
}

/**
 * Whether the run of the configuration is meant: the call needs one and names none, or could do without and `--run`
 * was said.
 */
function meansConfiguredRun(shell: Shell, shapes: readonly Schema[], input: Input): boolean {
  const { run, sources } = shell.config;
  const takesRun = shapes.filter(({ properties }) => properties?.['runId'] !== undefined);
  if (run === undefined || takesRun.length === 0 || input['runId'] !== undefined) return false;
  const complete = shapes.filter(({ required = [] }) => required.every((name) => input[name] !== undefined));
  if (complete.length === 0) return true;
  return sources['run'] === '--run' && complete.some((shape) => takesRun.includes(shape));
}

async function readField(shell: Shell, { kind, list }: InputField, value: unknown): Promise<unknown> {
  if (list && Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) items.push(typeof item === 'string' ? await readWord(shell, kind, item) : item);
    return items;
  }
  return typeof value === 'string' ? readWord(shell, kind, value) : value;
}

async function readWord(shell: Shell, kind: InputField['kind'], word: string): Promise<unknown> {
  switch (kind) {
    case 'run':
      return resolveRun(shell, word);
    case 'document':
      return readDocument(shell, word);
    case 'version':
      return resolveVersion(shell, word);
    case 'step':
      return parseStepRef(word);
    case 'asOf':
      return parseAsOf(word);
    default:
      return word;
  }
}

async function readDocument(shell: Shell, word: string): Promise<string> {
  const { documentId, at } = await resolveDocument(shell, word);
  if (at !== null) throw usageError(`${word} names a version; this takes a document`, 'Leave out the @.');
  return documentId;
}

async function readJson(shell: Shell, file: string): Promise<Input> {
  const { name, text } = await readText(shell, file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw usageError(`${name} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw usageError(`${name} must hold a JSON object`);
  }
  return value as Input;
}

/** The text of a file, exactly: what is not UTF-8 is refused, as reading it would change it. */
async function readText(shell: Shell, file: string): Promise<{ name: string; text: string }> {
  const { name, bytes } = await readGiven(shell, file);
  try {
    return { name, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    throw usageError(`${name} is not UTF-8, and would not come back as it is`);
  }
}
