import { type FieldIssue, LIMITS } from '@stepledger/contract';
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** How many bad fields one answer names; more would only make it long. */
const MAX_ISSUES = 100;

/**
 * Says in one sentence a field what is wrong with an input.
 *
 * Paths read like `documents[3].metadata.tags`. Each unknown field is named. Where an input may have one of
 * several shapes, the one that it comes nearest to is judged. Neither texts nor other values are repeated.
 */
export function toFieldIssues(error: z.core.$ZodError, input: unknown): FieldIssue[] {
  const issues = error.issues.flatMap((issue) => describeIssue(issue, [], input));
  return issues.slice(0, MAX_ISSUES);
}

/** Writes a path the way one would write it in code. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const name = String(part).slice(0, LIMITS.maxIdentifierLength);
    if (!/^[A-Za-z_$][\w$-]*$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

function describeIssue(issue: Issue, parent: Path, input: unknown): FieldIssue[] {
  const path = [...parent, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: formatPath([...path, key]), reason: 'is not a known field' }));
  }
  if (issue.code === 'invalid_union') return describeUnion(issue.errors, path, input);
  return [{ path: formatPath(path), reason: reasonOf(issue, isMissing(input, path)) }];
}

function describeUnion(branches: Issue[][], path: Path, input: unknown): FieldIssue[] {
  const [best, ...others] = branches.toSorted((a, b) => distance(a, input, path) - distance(b, input, path));
  if (best === undefined) return [{ path: formatPath(path), reason: 'is not valid' }];
  if (!isWrongType(best[0]) || isMissing(input, path)) {
    return best.flatMap((issue) => describeIssue(issue, path, input));
  }
  // No shape has even the right type: name the types that would do.
  const expected = [best, ...others]
    .map(([first]) => first)
    .filter(isWrongType)
    .map((issue) => TYPE_NAMES[issue.expected] ?? issue.expected);
  return [{ path: formatPath(path), reason: `must be ${[...new Set(expected)].join(' or ')}` }];
}

function isWrongType(issue: Issue | undefined): issue is z.core.$ZodIssueInvalidType {
  return issue?.code === 'invalid_type' && issue.path.length === 0;
}

/** How far an input is from one shape of a union: a wrong type most, then fields too few or too many. */
function distance(branch: Issue[], input: unknown, parent: Path): number {
  let sum = 0;
  for (const issue of branch) {
    if (issue.code === 'invalid_value' && issue.path.length === 0) sum += 2000;
    else if (isWrongType(issue)) sum += 1000;
    else if (issue.code === 'unrecognized_keys') sum += 10 * issue.keys.length;
    else if (isMissing(input, [...parent, ...issue.path])) sum += 10;
    else sum += 1;
  }
  return sum;
}

function isMissing(input: unknown, path: Path): boolean {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return true;
    value = Object.hasOwn(value, part) ? Reflect.get(value, part) : undefined;
  }
  return value === undefined;
}

const TYPE_NAMES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

const FORMAT_REASONS: Record<string, string> = {
  uuid: 'must be a UUID',
  datetime: 'must be an ISO 8601 time in UTC, such as 2026-01-31T12:00:00.000Z',
  base64: 'must be base64',
};

function reasonOf(issue: Issue, missing: boolean): string {
  switch (issue.code) {
    case 'invalid_type':
      return missing ? 'is required' : `must be ${TYPE_NAMES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return missing ? 'is required' : `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      if (issue.origin === 'string' && Number(issue.minimum) === 1) return 'must not be empty';
      return `must ${limitWords(issue.origin, 'at least', issue.minimum)}`;
    case 'too_big':
      return `must ${limitWords(issue.origin, 'at most', issue.maximum)}`;
    case 'invalid_format':
      return FORMAT_REASONS[issue.format] ?? issue.message;
    default:
      return issue.message;
  }
}

function limitWords(origin: string, bound: string, limit: number | bigint): string {
  if (origin === 'string') return `have ${bound} ${limit} characters`;
  if (origin === 'array') return `have ${bound} ${limit} items`;
  return `be ${bound} ${limit}`;
}
