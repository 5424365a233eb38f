import type { InputField, Schema } from './input-fields.ts';
import { mainTextOf, shapesOf } from './input-fields.ts';

const SPELLINGS: Record<Exclude<InputField['kind'], 'plain' | 'text'>, string> = {
  run: 'a run, by key or id',
  document: 'a document: RUN/KIND/KEY, KIND/KEY with --run, or its id',
  version: 'an exact version of a document, such as todo/design@3',
  step: 'a step: NAME or NAME:KEY',
  asOf: 'a point in the past: a revision such as 12, or a time',
};

/**
 * The options of a command as JSON Schema, for trpc-cli: a flat object of what can be written as words.
 *
 * Nothing is required, as all of it may come from a file or the configuration; the server checks the whole.
 */
export function commandSchemaOf(
  schema: Schema,
  fields: readonly InputField[],
  { paged }: { paged: boolean },
): Schema {
  const shapes = shapesOf(schema);
  const isNeeded = ({ name }: InputField) => shapes.every((shape) => shape.required?.includes(name));
  const properties: Record<string, Schema> = {};
  for (const field of fields) properties[field.name] = toOption(field, isNeeded(field));
  const main = mainTextOf(fields);
  if (main) properties['file'] = toText(`read ${main.name} from a file, exactly; - reads standard input`);
  if (fields.length > 0) {
    properties['input'] = toText(
      'read the whole input from a file as JSON, - from standard input; other options go before it',
    );
  }
  if (paged) properties['all'] = { type: 'boolean', description: 'all pages, not only the first' };
  return { type: 'object', properties, additionalProperties: false };
}

function toOption({ name, kind, list, schema }: InputField, needed: boolean): Schema {
  const about = [
    schema.description,
    kind === 'plain' || kind === 'text' ? undefined : SPELLINGS[kind],
    schema.default === undefined ? undefined : `default ${JSON.stringify(schema.default)}`,
    needed ? 'required' : undefined,
    name === 'idempotencyKey' ? 'makes a retry of this very call safe' : undefined,
  ].filter((part) => part !== undefined);
  const described = about.length > 0 ? { description: about.join('; ') } : {};
  if (kind !== 'plain') {
    return list
      ? { type: 'array', items: { type: 'string' }, ...described }
      : { type: 'string', ...described };
  }
  return { ...toPlain(schema), ...described };
}

/** A schema of words: texts where texts are taken, else numbers and switches, else JSON. */
function toPlain(schema: Schema): Schema {
  const shapes = shapesOf(schema);
  const choices = shapes.flatMap(
    ({ enum: values, const: value }) => values ?? (value === undefined ? [] : [value]),
  );
  const types = new Set(shapes.map(({ type, enum: values }) => (values ? 'string' : type)));
  if (choices.length > 0 && choices.every((choice) => typeof choice === 'string') && shapes.length === 1) {
    return { type: 'string', enum: choices };
  }
  if (types.has('string')) return { type: 'string' };
  if (types.has('integer') || types.has('number')) return { type: 'number' };
  if (types.has('boolean')) return { type: 'boolean' };
  const [only] = shapes;
  if (
    types.has('array') &&
    only !== undefined &&
    typeof only.items === 'object' &&
    !Array.isArray(only.items)
  ) {
    return { type: 'array', items: toPlain(only.items) };
  }
  return {};
}

function toText(description: string): Schema {
  return { type: 'string', description };
}
