/** SQL of a time to the microsecond, which a JavaScript date does not hold. (Quoted, since `:MI` would name a bind.) */
export function exactTime(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24":"MI":"SS.US"Z"')`;
}

/** SQL of a blob's name; null where there is none. */
export function blobId(sha256: string, encoding: string): string {
  return `encode(${sha256}, 'hex') || '.' || ${encoding}`;
}

/** SQL of a hash as it stands in a file. */
export function hex(column: string): string {
  return `encode(${column}, 'hex')`;
}
