import type { ProcedureDescription } from '@stepledger/api';
import { z } from 'zod';
import type { JSONSchema } from 'zod/v4/core';

export type Schema = JSONSchema.BaseSchema;

/** How a field is written on the command line. */
export type FieldKind =
  | 'text' // exact text, also from a file
  | 'run' // a run's key or id
  | 'document' // RUN/KIND/KEY or an id
  | 'version' // DOC@3
  | 'step' // NAME or NAME:KEY
  | 'asOf' // a revision or a time
  | 'plain'; // as its schema has it; JSON where it is an object

export interface InputField {
  name: string;
  schema: Schema;
  kind: FieldKind;
  /** Whether it is a list of such. */
  list: boolean;
}

/** The main text of a command, which `--file` reads, is the first of these that it has. */
const MAIN_TEXTS = ['text', 'template', 'response', 'error', 'note', 'goal'];
/** Strings that are at most so long are names and cursors, and not worth a file. */
const SHORT = 1000;

/** The input of a procedure as JSON Schema; unions of objects stay unions. */
export function inputSchemaOf({ input }: ProcedureDescription): Schema {
  return z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
}

/** Whether it answers a page of a list, with a cursor for the next. */
export function isPaged({ output }: ProcedureDescription): boolean {
  const { properties } = z.toJSONSchema(output, { io: 'output', unrepresentable: 'any' });
  return properties?.['items'] !== undefined && properties['nextCursor'] !== undefined;
}

/** The fields of an input, of all the shapes that it may have. */
export function inputFieldsOf(schema: Schema): InputField[] {
  const fields = new Map<string, InputField>();
  for (const shape of shapesOf(schema)) {
    for (const [name, property] of Object.entries(shape.properties ?? {})) {
      if (typeof property === 'boolean' || fields.has(name)) continue;
      fields.set(name, { name, schema: property, ...toKind(name, property) });
    }
  }
  return [...fields.values()];
}

/** The field that `--file` reads. */
export function mainTextOf(fields: readonly InputField[]): InputField | undefined {
  const texts = fields.filter(({ kind }) => kind === 'text');
  return MAIN_TEXTS.map((name) => texts.find((field) => field.name === name)).find(
    (field) => field !== undefined,
  );
}

/** The objects that a schema allows: itself, or each of a union. */
export function shapesOf(schema: Schema): Schema[] {
  const parts = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  return parts === undefined ? [schema] : parts.flatMap(shapesOf);
}

function toKind(name: string, schema: Schema): { kind: FieldKind; list: boolean } {
  if (name === 'asOf') return { kind: 'asOf', list: false };
  if (name === 'runId' || name === 'originRunId') return { kind: 'run', list: false };
  if (name === 'runIds') return { kind: 'run', list: true };
  if (name === 'documentId') return { kind: 'document', list: false };
  const items = schema.items;
  const list = schema.type === 'array' && typeof items === 'object' && !Array.isArray(items);
  const shapes = shapesOf(list ? (items as Schema) : schema);
  const has = (...names: string[]) =>
    shapes.length === 1 &&
    Object.keys(shapes[0]?.properties ?? {})
      .sort()
      .join() === names.sort().join();
  if (has('documentId', 'version')) return { kind: 'version', list };
  if (has('name', 'key')) return { kind: 'step', list };
  return { kind: !list && shapes.some(isText) ? 'text' : 'plain', list };
}

function isText({ type, format, pattern, maxLength, enum: choices, const: only }: Schema): boolean {
  if (type !== 'string' || format !== undefined || pattern !== undefined) return false;
  return choices === undefined && only === undefined && (maxLength ?? Number.POSITIVE_INFINITY) > SHORT;
}
