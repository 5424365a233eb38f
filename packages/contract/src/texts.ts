import { z } from 'zod';
import { LIMITS } from './limits.ts';

/**
 * The bytes that a text takes when stored.
 *
 * A well-formed string without NUL is stored as UTF-8; any other string as UTF-16LE, because neither
 * PostgreSQL's `text` nor UTF-8 can hold a lone surrogate or NUL.
 */
export function storedTextBytes(text: string): number {
  if (!isPlainText(text)) return text.length * 2;
  // Encoding costs a copy, so it is only done where the answer could matter.
  return text.length * 3 <= LIMITS.maxTextBytes ? utf8Length(text) : new TextEncoder().encode(text).length;
}

/** Whether PostgreSQL's `text` can hold the string as it is: well-formed UTF-16 and no NUL. */
export function isPlainText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Whether a text has too many lines to be compared line by line. */
export function hasManyLines(text: string): boolean {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    lines += 1;
    if (lines > LIMITS.maxComparedLines) return true;
  }
  return false;
}

/** A text that comes back exactly as it went in: any JavaScript string, stored in at most 16 MiB. */
export const textSchema = z
  .string()
  .refine(
    (text) => text.length * 3 <= LIMITS.maxTextBytes || storedTextBytes(text) <= LIMITS.maxTextBytes,
    `must be at most ${LIMITS.maxTextBytes} bytes when stored`,
  );

/** A short exact text: any JavaScript string, counted in UTF-16 code units. */
export const noteSchema = z.string().max(LIMITS.maxNoteLength);
export const errorTextSchema = z.string().max(LIMITS.maxErrorLength);

const CONTROL_CHARACTERS = /[\p{Cc}\u2028\u2029]/u;

/** A name, key, kind, tag or title: well-formed, no control characters, 1 to 200 code units. Never trimmed. */
export const identifierSchema = z
  .string()
  .min(1)
  .max(LIMITS.maxIdentifierLength)
  .refine((text) => text.isWellFormed(), 'must not hold a lone surrogate')
  .refine((text) => !CONTROL_CHARACTERS.test(text), 'must not hold control characters');

/** A key that may be empty, such as the key of a step that runs once. */
export const keySchema = z.union([z.literal(''), identifierSchema]);

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

/**
 * A JSON object that compares as JSON: PostgreSQL may reorder its keys.
 *
 * Refused with their path: NUL and lone surrogates (jsonb cannot hold them), `__proto__` (libraries drop
 * it in silence), numbers that JSON cannot carry, more than 64 levels and more than 64 KiB.
 */
export const metadataSchema = z
  .custom<JsonObject>(isPlainObject, 'must be a JSON object')
  .superRefine((value, context) => {
    const fault = findJsonFault(value);
    if (fault) context.addIssue({ code: 'custom', path: fault.path, message: fault.reason });
    else if (utf8Length(JSON.stringify(value)) > LIMITS.maxMetadataBytes) {
      context.addIssue({ code: 'custom', message: METADATA_TOO_LARGE });
    }
  });

/** A million bad variables are not worth a gigabyte of explanations. */
const MAX_FAULTS = 100;

/** The values put into a template: exact texts by name. */
export const variablesSchema = z
  .custom<Record<string, string>>(isPlainObject, 'must be an object of texts')
  .superRefine((value, context) => {
    let bytes = 0;
    let faults = 0;
    const names = Object.keys(value);
    if (names.length > LIMITS.maxVariables) {
      context.addIssue({ code: 'custom', message: `must have at most ${LIMITS.maxVariables} names` });
      return;
    }
    for (const name of names) {
      if (faults === MAX_FAULTS) return;
      const named = identifierSchema.safeParse(name);
      const text: unknown = value[name];
      if (!named.success || name === '__proto__') {
        faults += 1;
        context.addIssue({ code: 'custom', path: [name], message: 'is not a valid variable name' });
      } else if (typeof text !== 'string') {
        faults += 1;
        context.addIssue({ code: 'custom', path: [name], message: 'must be a text' });
      } else bytes += storedTextBytes(text);
    }
    if (bytes > LIMITS.maxTextBytes) {
      context.addIssue({ code: 'custom', message: `must be at most ${LIMITS.maxTextBytes} bytes together` });
    }
  });

function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

const METADATA_TOO_LARGE = `must be at most ${LIMITS.maxMetadataBytes} bytes of JSON`;

interface JsonFault {
  path: (string | number)[];
  reason: string;
}

/**
 * Walks with a stack of its own, since the depth is the caller's, and only as far as it could still be small enough:
 * each member takes at least a byte. A list of 9 million zeros took 3 GB and 17 s before.
 */
function findJsonFault(root: unknown): JsonFault | null {
  let members = 0;
  const pending: { value: unknown; path: (string | number)[] }[] = [{ value: root, path: [] }];
  for (let item = pending.pop(); item; item = pending.pop()) {
    const { value, path } = item;
    if (path.length > LIMITS.maxMetadataDepth) {
      return { path: path.slice(0, 3), reason: `must be at most ${LIMITS.maxMetadataDepth} levels deep` };
    }
    if (typeof value === 'string') {
      if (!isPlainText(value)) return { path, reason: 'must not hold NUL or a lone surrogate' };
    } else if (typeof value === 'number') {
      if (!Number.isFinite(value)) return { path, reason: 'must be a finite number' };
    } else if (Array.isArray(value)) {
      members += value.length;
      if (members > LIMITS.maxMetadataBytes) return { path: [], reason: METADATA_TOO_LARGE };
      for (const [index, child] of value.entries()) pending.push({ value: child, path: [...path, index] });
    } else if (isPlainObject(value)) {
      // Not Object.entries, which takes five times as long for a million keys.
      const keys = Object.keys(value as object);
      members += keys.length;
      if (members > LIMITS.maxMetadataBytes) return { path: [], reason: METADATA_TOO_LARGE };
      for (const key of keys) {
        if (key === '__proto__') return { path: [...path, key], reason: 'is not a key that can be stored' };
        if (!isPlainText(key)) return { path, reason: 'a key must not hold NUL or a lone surrogate' };
        pending.push({ value: Reflect.get(value as object, key), path: [...path, key] });
      }
    } else if (value !== null && typeof value !== 'boolean') {
      return { path, reason: 'is not a JSON value' };
    }
  }
  return null;
}
