import { createParser } from './create-parser.ts';
import { findJson } from './json/find-json.ts';
import { PARSER_LIMITS } from './limits.ts';
import { ParseError } from './parse-error.ts';
import type { ParsedDocument, Parser, ParserOptions } from './parser.ts';

/** A schema of zod, valibot, arktype or any other library that follows https://standardschema.dev. */
export interface JsonSchemaLike<Value> {
  readonly '~standard': {
    validate(value: unknown): SchemaResult<Value> | Promise<SchemaResult<Value>>;
  };
}

type SchemaResult<Value> =
  | { readonly value: Value; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string;
        readonly path?: readonly unknown[] | undefined;
      }[];
    };

export interface JsonValueOptions<Value> extends ParserOptions {
  /** Of the one document; `toDocuments` names its own. */
  kind: string;
  /** Of the one document; the kind itself when left out. */
  key?: string | undefined;
  /** Takes only valid JSON, in place of what `jsonrepair` can make valid. */
  strict?: boolean | undefined;
  /** What the value must be, else ParseError. It must answer at once. */
  schema?: JsonSchemaLike<Value> | undefined;
  /** Makes documents of the value and its source; what it throws is a ParseError. */
  toDocuments?: ((value: Value, source: string) => ParsedDocument[]) | undefined;
}

/**
 * The JSON of an answer, bare, in a fence or amid prose, as one document with exactly its source.
 *
 * What is not valid (commas too many, comments, single quotes, an end cut off) is read through `jsonrepair`; valid
 * JSON is never touched.
 */
export function jsonValue<Value = unknown>(options: JsonValueOptions<Value>): Parser {
  const { kind, key, strict = false, schema, toDocuments } = options;
  const { maxJsonLength } = PARSER_LIMITS;
  return createParser({ name: 'json-value', version: '1', options }, (raw) => {
    if (raw.length > maxJsonLength) {
      throw new ParseError(`The answer is longer than ${maxJsonLength} characters`, maxJsonLength);
    }
    const found = findJson(raw, { strict });
    if ('reason' in found) {
      throw new ParseError(`The answer holds no JSON that can be read: ${found.reason}`, found.offset);
    }
    const { source, start } = found;
    // Without a schema the caller's word for the type is taken, as with JSON.parse.
    const value = schema ? validate(schema, found.value, start) : (found.value as Value);
    if (!toDocuments) return [{ kind, ...(key !== undefined && { key }), text: source }];
    try {
      return toDocuments(value, source);
    } catch (error) {
      if (error instanceof ParseError) throw error;
      throw new ParseError(`The JSON is not as expected: ${String(error)}`, start, { cause: error });
    }
  });
}

function validate<Value>(schema: JsonSchemaLike<Value>, value: unknown, start: number): Value {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) throw new TypeError('The schema of jsonValue must answer at once');
  if (!result.issues) return result.value;
  const reasons = result.issues.map(({ message, path = [] }) => `${toPath(path)} ${message}`.trim());
  throw new ParseError(`The JSON is not as expected: ${reasons.join('; ')}`, start);
}

/** Standard Schema names a part of a path by its key, or by an object that holds it. */
function toPath(path: readonly unknown[]): string {
  return path
    .map((part) => String(typeof part === 'object' && part !== null && 'key' in part ? part.key : part))
    .join('.');
}
