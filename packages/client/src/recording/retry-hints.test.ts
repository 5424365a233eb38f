import { expect, test } from 'vitest';
import { isRetryable, readRetryAfterMs } from './retry-hints.ts';

test('a status says whether another try may help, unless the server says so itself', () => {
  const statuses = [200, 400, 401, 404, 408, 409, 422, 429, 500, 503, 529];
  expect(statuses.filter((status) => isRetryable(new Response(null, { status })))).toEqual([
    408, 409, 429, 500, 503, 529,
  ]);
  const asked = (status: number, should: string) =>
    isRetryable(new Response(null, { status, headers: { 'x-should-retry': should } }));
  expect([asked(500, 'false'), asked(400, 'true'), asked(500, '?')]).toEqual([false, true, true]);
});

test('what the server asks for is read as seconds, milliseconds or a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const after = (headers: Record<string, string>) => readRetryAfterMs(new Headers(headers), now);
  expect(after({ 'retry-after': '1.5' })).toBe(1500);
  expect(after({ 'retry-after': '2', 'retry-after-ms': '250' })).toBe(250);
  expect(after({ 'retry-after': 'Thu, 01 Jan 2026 00:00:10 GMT' })).toBe(10_000);
  expect(after({ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' })).toBe(0);
  expect([after({}), after({ 'retry-after': '' }), after({ 'retry-after': 'soon' })]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
