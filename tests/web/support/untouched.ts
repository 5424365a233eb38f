import {
  blobIdSchema,
  cursorSchema,
  exactTimeSchema,
  ledgerTimeSchema,
  metadataSchema,
  projectSlugSchema,
  sha256Schema,
  variablesSchema,
} from '@stepledger/contract';
import { z } from 'zod';
import { isHostile } from './hostile-texts.ts';

/** Texts of one form, which the server checks or makes. */
const OF_A_FORM: ReadonlySet<z.ZodType> = new Set<z.ZodType>([
  blobIdSchema,
  cursorSchema,
  exactTimeSchema,
  ledgerTimeSchema,
  projectSlugSchema,
  sha256Schema,
]);
/** JSON of the caller, with texts as names and values. */
const OF_CALLERS: ReadonlySet<z.ZodType> = new Set<z.ZodType>([metadataSchema, variablesSchema]);

/** The texts of an output, by their places in its schema, that have no attack in any of the answers. */
export function findUntouched(schema: z.ZodType, answers: readonly unknown[], place = ''): string[] {
  const there = answers.filter((answer) => answer !== undefined && answer !== null);
  const untouched = (touched: boolean) => (touched ? [] : [place]);
  if (OF_A_FORM.has(schema)) return [];
  if (OF_CALLERS.has(schema)) return untouched(there.some(isHostileJson));
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return findUntouched(toType(schema.unwrap()), there, place);
  if (schema instanceof z.ZodArray) return findUntouched(toType(schema.element), there.flat(), `${place}[]`);
  if (schema instanceof z.ZodUnion) {
    return schema.options.map(toType).flatMap((option) =>
      findUntouched(
        option,
        there.filter((answer) => option.safeParse(answer).success),
        `${place}${kindOf(option)}`,
      ),
    );
  }
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape).flatMap(([name, child]) =>
      findUntouched(
        toType(child),
        there.map((answer) => Reflect.get(Object(answer), name)),
        place === '' ? name : `${place}.${name}`,
      ),
    );
  }
  if (isOfNoText(schema)) return [];
  if (schema instanceof z.ZodString)
    return untouched(there.some((answer) => typeof answer === 'string' && isHostile(answer)));
  throw new Error(`Say in untouched.ts whether ${place} can hold a text of a caller`);
}

function isOfNoText(schema: z.ZodType): boolean {
  return [
    z.ZodNumber,
    z.ZodBoolean,
    z.ZodEnum,
    z.ZodLiteral,
    z.ZodTuple,
    z.ZodUUID,
    z.ZodISODateTime,
    z.ZodBase64,
  ].some((type) => schema instanceof type);
}

/** Tells the shapes of a union apart by the first word that stands fast in them. */
function kindOf(option: z.ZodType): string {
  if (!(option instanceof z.ZodObject)) return '';
  const literal = Object.values(option.shape).find((child) => child instanceof z.ZodLiteral);
  return literal instanceof z.ZodLiteral ? `<${literal.value}>` : '';
}

function isHostileJson(value: unknown): boolean {
  const names = Object.keys(Object(value));
  return names.some(isHostile) && Object.values(Object(value)).some((text) => isHostile(String(text)));
}

function toType(schema: unknown): z.ZodType {
  if (schema instanceof z.ZodType) return schema;
  throw new Error('Expected a schema of zod');
}
