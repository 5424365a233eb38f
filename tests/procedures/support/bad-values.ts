import {
  blobIdSchema,
  bodyContentSchema,
  cursorSchema,
  errorTextSchema,
  exactTimeSchema,
  headerNameSchema,
  identifierSchema,
  idSchema,
  keySchema,
  LIMITS,
  ledgerTimeSchema,
  lineIdSchema,
  metadataSchema,
  noteSchema,
  projectSlugSchema,
  sha256Schema,
  textContentSchema,
  textIdSchema,
  textSchema,
  timeSchema,
  variablesSchema,
} from '@stepledger/contract';
import { z } from 'zod';
import { type Field, RawJson } from './fields.ts';

/** A value that must be refused, as a JavaScript value or as JSON text. */
type Bad = unknown;

/** Far deeper than any stack. */
const DEPTH = 100_000;
export const DEEP_LIST = new RawJson(`${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`);
const DEEP_OBJECT = new RawJson(`${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`);

const INJECTION = "x'; DROP TABLE document; --";

const NOT_TEXTS: Bad[] = [1, true, {}, ['x']];
const ILL_WORDS: Bad[] = [
  'x'.repeat(LIMITS.maxIdentifierLength + 1),
  'a\0b',
  '\u0007',
  'line\nline',
  'a\u007f',
  'a\u0085b',
  'a\u2028b',
  '\ud800',
  'a\udc00b',
];
const ILL_IDS: Bad[] = [
  '',
  'x',
  INJECTION,
  "01890000-0000-7000-8000-000000000000' OR '1'='1",
  '01890000-0000-7000-8000-000000000000 ',
  '{01890000-0000-7000-8000-000000000000}',
  '01890000000070008000000000000000',
];

const ILL_EXACT_TIMES: Bad[] = [
  '',
  '2026-01-31T12:00:00.000Z',
  '2026-02-30T12:00:00.000000Z',
  '0000-01-01T00:00:00.000000Z',
  ...NOT_TEXTS,
];
const ILL_BLOB_IDS: Bad[] = ['', 'x', `${'0'.repeat(64)}.text`, `${'0'.repeat(63)}.utf8`, ...NOT_TEXTS];

/** By the schema itself: all fields of a kind share one, which the contract exports. */
const BY_SCHEMA = new Map<z.ZodType, readonly Bad[]>([
  [identifierSchema, ['', ...ILL_WORDS, ...NOT_TEXTS]],
  [keySchema, [...ILL_WORDS, ...NOT_TEXTS]],
  [idSchema, [...ILL_IDS, ...NOT_TEXTS]],
  [lineIdSchema, [...ILL_IDS, '01890000-0000-7000-8000-00000000000A', ...NOT_TEXTS]],
  [textSchema, NOT_TEXTS],
  [textContentSchema, [...NOT_TEXTS, { blob: 'x' }, { blob: `${'0'.repeat(64)}.binary` }, { base64: '' }]],
  [
    bodyContentSchema,
    [...NOT_TEXTS, { blob: INJECTION }, { base64: '%' }, { base64: 1 }, { base64: '', blob: '' }],
  ],
  [blobIdSchema, ILL_BLOB_IDS],
  [textIdSchema, [...ILL_BLOB_IDS, `${'0'.repeat(64)}.binary`]],
  [sha256Schema, ['', 'x', 'A'.repeat(64), '0'.repeat(63), INJECTION, ...NOT_TEXTS]],
  [noteSchema, ['x'.repeat(LIMITS.maxNoteLength + 1), ...NOT_TEXTS]],
  [errorTextSchema, NOT_TEXTS],
  [
    timeSchema,
    [
      '',
      'now',
      '2026-01-31',
      '2026-02-30T12:00:00.000Z',
      '0000-01-01T00:00:00.000Z',
      '2026-01-31T12:00:00.1234Z',
      '2026-01-31T12:00:00.000+02:00',
      INJECTION,
      ...NOT_TEXTS,
    ],
  ],
  [exactTimeSchema, ILL_EXACT_TIMES],
  [ledgerTimeSchema, [...ILL_EXACT_TIMES, '1969-12-31T23:59:59.999999Z', '2200-01-01T00:00:00.000000Z']],
  [
    headerNameSchema,
    [
      ...['', 'X-A', ':status', 'a b', 'a:', 'a\n', '\u00e9', '\ud800', INJECTION],
      'x'.repeat(LIMITS.maxHeaderNameLength + 1),
      ...NOT_TEXTS,
    ],
  ],
  [cursorSchema, ['', 'x'.repeat(1001), ...NOT_TEXTS]],
  [projectSlugSchema, ['', 'A', 'a b', 'a_b', '-a', 'a-', '\u00e9', 'x'.repeat(49), INJECTION, ...NOT_TEXTS]],
  [
    metadataSchema,
    [
      ...['x', 1, true, [], DEEP_LIST, DEEP_OBJECT],
      { a: 'a\0b' },
      { a: [{ b: '\ud800' }] },
      { 'a\0b': 1 },
      { a: { '\udfff': 1 } },
      new RawJson('{"__proto__":{"polluted":true}}'),
      new RawJson('{"a":[{"__proto__":1}]}'),
      new RawJson('{"a":1e400}'),
      { a: 'x'.repeat(LIMITS.maxMetadataBytes) },
      new RawJson(
        `${'{"a":'.repeat(LIMITS.maxMetadataDepth + 1)}1${'}'.repeat(LIMITS.maxMetadataDepth + 1)}`,
      ),
    ],
  ],
  [
    variablesSchema,
    [
      ...['x', 1, [], { a: 1 }, { a: null }, { a: ['x'] }, { '': 'x' }, { 'a\0b': 'x' }, { '\ud800': 'x' }],
      new RawJson('{"__proto__":"x"}'),
      { ['x'.repeat(LIMITS.maxIdentifierLength + 1)]: 'x' },
    ],
  ],
]);

/** Values that the field must refuse; a kind of field that is new here has to be told how a bad one looks. */
export function badValuesOf({ schema, name, optional, nullable, value }: Field): Bad[] {
  const wrong = BY_SCHEMA.get(schema) ?? badByType(schema, value);
  if (wrong === undefined) throw new Error(`Say in bad-values.ts what a bad ${name} is`);
  return [
    ...wrong,
    ...(nullable || (optional && name === '') ? [] : [null]),
    ...(optional ? [] : [undefined]),
  ];
}

function badByType(schema: z.ZodType, value: unknown): readonly Bad[] | undefined {
  if (schema instanceof z.ZodObject) return ['x', 1, true, []];
  if (schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral)
    return ['', 'nonsense', 'constructor', INJECTION, ...NOT_TEXTS];
  if (schema instanceof z.ZodBoolean) return ['true', 1, 0, 'off', {}, []];
  if (schema instanceof z.ZodNumber) return badNumbers(schema);
  if (schema instanceof z.ZodArray) return ['x', 1, {}, ...tooMany(schema, value)];
  if (schema instanceof z.ZodUUID) return [...ILL_IDS, '01890000-0000-4000-8000-000000000000', ...NOT_TEXTS];
  if (schema instanceof z.ZodString) return [...tooLong(schema), ...NOT_TEXTS];
  if (schema instanceof z.ZodBase64) return ['%', 'YQ', 1, null, {}, []];
  if (schema instanceof z.ZodUnion) return [1, true, [], {}];
  return undefined;
}

function badNumbers(schema: z.ZodNumber): Bad[] {
  const { minimum, maximum, type } = z.toJSONSchema(schema, { io: 'input' });
  if (minimum === undefined || maximum === undefined) throw new Error('A number has both ends');
  return [
    ...(type === 'integer' ? [minimum + 0.5] : []),
    ...[minimum - 1, maximum + 1, '1', 'NaN', true, {}, []],
    ...['1e400', '-1e400', '1e21', '-0.5'].map((text) => new RawJson(text)),
  ];
}

function tooLong(schema: z.ZodString): Bad[] {
  const { maxLength } = z.toJSONSchema(schema, { io: 'input' });
  if (maxLength === undefined) throw new Error('A text has an end');
  return ['x'.repeat(maxLength + 1)];
}

/** As many equal items as one more than the list may have. */
function tooMany(schema: z.ZodArray, value: unknown): Bad[] {
  const { maxItems } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  if (maxItems === undefined) throw new Error('A list has an end');
  const [item]: unknown[] = Array.isArray(value) ? value : [];
  return [Array.from({ length: maxItems + 1 }, () => item)];
}
