import type { ProcedureDescription } from '@stepledger/api';
import { type InputField, mainTextOf, type Schema, shapesOf } from './input-fields.ts';

/** Words for fields whose names say what belongs there. */
const WORDS: Readonly<Record<string, string>> = {
  name: 'design',
  key: 'todo-app',
  kind: 'design',
  slug: 'shop',
  label: 'production',
  text: 'pagination',
  holder: 'agent-1',
  relation: 'used',
  version: '2',
  from: '1',
  to: '2',
  attempt: '1',
  claim: '7',
  offset: '0',
  budget: '8000',
};
/** Texts that one would rather have in a file, also where they may be left out. */
const FILES: ReadonlySet<string> = new Set(['text', 'template', 'response']);
const ID = '01990000-0000-7000-8000-000000000000';

/** A command line that shows what is needed, made from the input of the procedure. */
export function exampleOf(
  { path }: ProcedureDescription,
  { schema, fields }: { schema: Schema; fields: readonly InputField[] },
): string {
  const [shape] = shapesOf(schema);
  const needed = fields.filter(({ name }) => shape?.required?.includes(name));
  const command = `stepledger ${path.split('.').map(toKebabCase).join(' ')}`;
  if (needed.some(isJson)) return `${command} --input ${path.split('.')[1]}.json`;
  const main = mainTextOf(fields);
  const byFile =
    main !== undefined && path !== 'search.query' && (needed.includes(main) || FILES.has(main.name));
  const words = needed
    .filter((field) => !(byFile && field === main))
    .map((field) => `--${toKebabCase(field.name)} ${wordFor(field)}`);
  return [command, ...words, ...(byFile ? [`--file ${main.name}.md`] : [])].join(' ');
}

/** What is too deep to be written as words. */
function isJson({ kind, schema }: InputField): boolean {
  return (
    kind === 'plain' &&
    shapesOf(schema).every(
      ({ type }) => type !== 'string' && (type === 'object' || type === 'array' || type === undefined),
    )
  );
}

function wordFor({ name, kind, schema }: InputField): string {
  switch (kind) {
    case 'run':
      return 'todo-app';
    case 'document':
      return 'todo-app/design';
    case 'version':
      return 'todo-app/design@2';
    case 'step':
      return 'design_step';
    case 'asOf':
      return '12';
    default:
      return schema.format === 'uuid' ? ID : (WORDS[name] ?? wordOf(schema));
  }
}

function wordOf(schema: Schema): string {
  const [choice] = schema.enum ?? [];
  if (choice !== undefined) return String(choice);
  if (schema.type === 'string') return 'TEXT';
  return schema.type === 'integer' || schema.type === 'number' ? '1' : 'WORD';
}

export function toKebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
