import { z } from 'zod';

/** How many errors of a chain of causes are reported. */
const MAX_CAUSES = 5;

/** Below these fields, the names in a path are the caller's own words. */
const CALLERS_NAMES = new Set<PropertyKey>(['metadata', 'parameters', 'variables']);

/** What may be told of an error without its message, which may quote texts, keys or SQL with its values. */
export interface Failure {
  type: string;
  code?: string;
  /** Names out of the schema, as PostgreSQL reports them. */
  constraint?: string;
  table?: string;
  /** Which fields of an answer do not fit its schema. */
  fields?: string[];
  frames: string[];
}

/** Describes an unforeseen error and what caused it for the log: class, code and stack, never a message. */
export function describeFailure(error: unknown): Failure[] {
  const failures: Failure[] = [];
  let current = error;
  while (current !== undefined && current !== null && failures.length < MAX_CAUSES) {
    failures.push(describeOne(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return failures;
}

function describeOne(error: unknown): Failure {
  if (!(error instanceof Error)) return { type: typeof error, frames: [] };
  const failure: Failure = { type: error.constructor.name, frames: stackFrames(error) };
  for (const name of ['code', 'constraint', 'table'] as const) {
    const value: unknown = Reflect.get(error, name);
    if (typeof value === 'string' && /^[\w.-]{1,100}$/.test(value)) failure[name] = value;
  }
  if (error instanceof z.core.$ZodError) {
    failure.fields = error.issues.slice(0, 10).map(({ path, code }) => `${schemaPath(path)}: ${code}`);
  }
  return failure;
}

function schemaPath(path: readonly PropertyKey[]): string {
  const end = path.findIndex((part) => CALLERS_NAMES.has(part));
  return path.slice(0, end === -1 ? path.length : end + 1).join('.');
}

/** The lines of a stack that name places in the code; what stands above them is the message. */
function stackFrames(error: Error): string[] {
  const lines = error.stack?.split('\n') ?? [];
  return lines.filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line)).map((line) => line.trim());
}
