import { p, Type } from '@mikro-orm/core';

/**
 * A `text[]` that travels as a bind parameter as it is.
 *
 * The ORM's own array type writes it as one text, in which a `null` becomes NULL and blanks at the ends are lost.
 */
class TextArray extends Type<string[], string[]> {
  override convertToDatabaseValue(value: string[]): string[] {
    return value;
  }

  override convertToJSValue(value: string[]): string[] {
    return value;
  }

  override getColumnType(): string {
    return 'text[]';
  }
}

/**
 * The column types of this schema, one builder for each, so that entities read like the tables they stand for.
 *
 * Relations are left out on purpose: every foreign key starts with `project_id`, which several keys of one row
 * share, and the stores join by hand.
 */
export const uuid = () => p.uuid().columnType('uuid');
export const text = () => p.text().columnType('text');
export const integer = () => p.integer().columnType('integer');
export const double = () => p.double().columnType('double precision');
export const flag = () => p.boolean().columnType('boolean');
export const time = () => p.datetime().columnType('timestamptz');
export const bytes = () => p.blob().columnType('bytea');
export const texts = () => p.type(TextArray).columnType('text[]');
/** JSON that may be reordered: compared as JSON, never as text. */
export const json = <T>() => p.json<T>().columnType('jsonb');
