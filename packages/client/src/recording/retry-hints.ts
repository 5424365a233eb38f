const RETRYABLE_STATUSES = new Set([408, 409, 429]);

/**
 * Whether a client may be expected to send the same again after this answer, as the SDKs of OpenAI and Anthropic do:
 * by `x-should-retry`, else by the status.
 */
export function isRetryable({ status, headers }: Response): boolean {
  const asked = headers.get('x-should-retry');
  if (asked === 'true' || asked === 'false') return asked === 'true';
  return status >= 500 || RETRYABLE_STATUSES.has(status);
}

/** What the server asked for by `retry-after-ms` or `retry-after`, seconds or a date, in milliseconds. */
export function readRetryAfterMs(headers: Headers, now: number): number | undefined {
  const ms = toNumber(headers.get('retry-after-ms'));
  if (ms !== undefined) return ms;
  const after = headers.get('retry-after');
  if (after === null) return undefined;
  const seconds = toNumber(after);
  if (seconds !== undefined) return seconds * 1000;
  const date = Date.parse(after);
  return Number.isNaN(date) ? undefined : Math.max(date - now, 0);
}

function toNumber(text: string | null): number | undefined {
  if (text === null || text.trim() === '') return undefined;
  const number = Number(text);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}
