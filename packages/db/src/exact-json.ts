/**
 * Exact texts in a `text` column: JSON escapes NUL and lone surrogates, which PostgreSQL cannot hold, so that every
 * JavaScript string comes back as it went in.
 */
export function toExactJson(value: unknown): string {
  return JSON.stringify(value);
}

export function toExactJsonOrNull(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}

export function fromExactJson<Value>(json: string): Value {
  return JSON.parse(json) as Value;
}

export function fromExactJsonOrNull<Value>(json: string | null): Value | null {
  return json === null ? null : (JSON.parse(json) as Value);
}
