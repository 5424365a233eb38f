import { expect, test } from 'vitest';
import { LIMITS } from './limits.ts';
import { isSecretHeader, responseHeadersSchema } from './response-headers.ts';

test.each([
  ...['set-cookie', 'set-cookie2', 'cookie', 'authorization', 'proxy-authorization', 'authentication-info'],
  ...['x-auth-token', 'x-csrf-token', 'x-amz-security-token', 'x-api-key', 'apikey', 'x-goog-api-key'],
  ...['x-amzn-remapped-authorization', 'mcp-session-id', 'x-session', 'x-client-secret', 'x-jwt'],
  ...[
    'ocp-apim-subscription-key',
    'x-functions-key',
    'x-master-key',
    'x-auth-key',
    'x-signing-key',
    'session_key',
  ],
  ...['x-goog-iap-jwt-assertion', 'x-bearer', 'x-passwd', 'x-auth', 'auth'],
])('%s may hold a credential', (name) => {
  expect(isSecretHeader(name)).toBe(true);
});

test.each([
  ...[
    'content-type',
    'date',
    'retry-after',
    'x-request-id',
    'cf-ray',
    'etag',
    'www-authenticate',
    'location',
  ],
  ...['x-ratelimit-remaining-tokens', 'anthropic-ratelimit-input-tokens-limit', 'openai-organization'],
  ...['access-control-allow-credentials', 'surrogate-key', 'x-amzn-bedrock-input-token-count', 'vary'],
  ...['idempotency-key', 'sec-websocket-key', 'x-oauth-scopes', 'x-author', 'x-unauth'],
])('%s holds none', (name) => {
  expect(isSecretHeader(name)).toBe(false);
});

const isTaken = (headers: unknown) => responseHeadersSchema.safeParse(headers).success;
const header = (name: string, value = '') => ({ name, value });

test('names are those of HTTP in lower case, values any text', () => {
  for (const name of ['x-a', "!#$%&'*+-.^_`|~09az"]) expect(isTaken([header(name)])).toBe(true);
  for (const name of ['', 'X-A', ':status', 'a b', 'a:', 'x\n', 'ä', 'a\0']) {
    expect(isTaken([header(name)])).toBe(false);
  }
  expect(isTaken([header('x-a', '\0\ud800\r\nx: y'), header('x-a', '')])).toBe(true);
});

test('headers are limited by their number, their names and all together', () => {
  const many = Array.from({ length: LIMITS.maxHeaders }, () => header('a'));
  expect([isTaken(many), isTaken([...many, header('a')])]).toEqual([true, false]);
  const long = 'a'.repeat(LIMITS.maxHeaderNameLength);
  expect([isTaken([header(long)]), isTaken([header(`${long}a`)])]).toEqual([true, false]);
  const half = 'x'.repeat(LIMITS.maxHeadersLength / 2 - 1);
  expect([
    isTaken([header('a', half), header('b', half)]),
    isTaken([header('a', half), header('bc', half)]),
  ]).toEqual([true, false]);
});
