/** A time as it stands on the wire: ISO 8601 in UTC with milliseconds. */
export function toTime(date: Date): string {
  return date.toISOString();
}

export function toTimeOrNull(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
