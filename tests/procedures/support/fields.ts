import { z } from 'zod';

export type Path = readonly (string | number)[];

/** A place in an input that its schema knows. */
export interface Field {
  path: Path;
  /** As the path stands in answers, such as `documents[0].metadata`. */
  name: string;
  /** What may stand there, without the wrappers that make it optional. */
  schema: z.ZodType;
  optional: boolean;
  nullable: boolean;
  /** What the sample has there. */
  value: unknown;
}

/**
 * Every field of an input, the input itself first: also those that the sample leaves out, and of each list its first
 * item. Where the input may have one of several shapes, that of the sample.
 */
export function fieldsOf(schema: z.ZodType, value: unknown, path: Path = []): Field[] {
  const { inner, optional, nullable } = unwrap(schema);
  const field = { path, name: formatPath(path), schema: inner, optional, nullable, value };
  return [field, ...(value === undefined || value === null ? [] : childrenOf(inner, value, path))];
}

/** Whether a field stands in the manifest of a context: its hash answers for it, and refuses whatever else stands there. */
export function isHashed({ path }: Field): boolean {
  return path[0] === 'context';
}

function childrenOf(schema: z.ZodType, value: unknown, path: Path): Field[] {
  if (schema instanceof z.ZodUnion) {
    const fitting = optionsOf(schema).find((option) => option.safeParse(value).success);
    return fitting === undefined ? [] : childrenOf(unwrap(fitting).inner, value, path);
  }
  if (schema instanceof z.ZodPipe) return childrenOf(toType(schema.in), value, path);
  if (schema instanceof z.ZodObject && typeof value === 'object' && value !== null) {
    return shapeOf(schema).flatMap(([name, child]) =>
      fieldsOf(child, Reflect.get(value, name), [...path, name]),
    );
  }
  if (schema instanceof z.ZodArray && Array.isArray(value) && value.length > 0) {
    return fieldsOf(toType(schema.element), value[0], [...path, 0]);
  }
  return [];
}

function unwrap(schema: z.ZodType): { inner: z.ZodType; optional: boolean; nullable: boolean } {
  const found = { inner: schema, optional: false, nullable: false };
  for (;;) {
    const { inner } = found;
    if (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault) found.optional = true;
    else if (inner instanceof z.ZodNullable) found.nullable = true;
    else return found;
    found.inner = toType(inner.unwrap());
  }
}

function optionsOf(schema: z.ZodUnion): z.ZodType[] {
  return schema.options.map(toType);
}

function shapeOf(schema: z.ZodObject): [string, z.ZodType][] {
  return Object.entries(schema.shape).map(([name, child]): [string, z.ZodType] => [name, toType(child)]);
}

/** zod's types let a part be of another library that keeps its rules; ours never is. */
function toType(schema: unknown): z.ZodType {
  if (schema instanceof z.ZodType) return schema;
  throw new Error('Expected a schema of zod');
}

export function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[A-Za-z_$][\w$-]*$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

/** JSON text that stands for itself where a JavaScript value could not say it, such as `1e400`. */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const PLACEHOLDER = 'raw JSON stands here';

/** The input as JSON text with another value at one place; `undefined` leaves the field out. */
export function jsonWith(input: unknown, path: Path, value: unknown): string {
  const raw = value instanceof RawJson ? value.text : undefined;
  const changed = replaced(input, path, raw === undefined ? value : PLACEHOLDER);
  const json = JSON.stringify(changed) ?? '';
  return raw === undefined ? json : json.replace(`"${PLACEHOLDER}"`, () => raw);
}

function replaced(input: unknown, [first, ...rest]: Path, value: unknown): unknown {
  if (first === undefined) return value;
  if (Array.isArray(input)) {
    return input.map((item, index) => (index === first ? replaced(item, rest, value) : item));
  }
  const object = typeof input === 'object' && input !== null ? input : {};
  // A key named __proto__ must become a member, which an assignment would not make it.
  const members = new Map<string, unknown>(Object.entries(object));
  members.set(String(first), replaced(members.get(String(first)), rest, value));
  return Object.fromEntries(members);
}
