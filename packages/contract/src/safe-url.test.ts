import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toSafeUrl } from './safe-url.ts';

const safe = (url: string) => toSafeUrl(new URL(url));

test('a URL without secrets stays as it is written', () => {
  for (const url of [
    'https://api.openai.com/v1/chat/completions',
    'http://127.0.0.1:11434/api/chat?a=%C3%A4%20b&beta=true',
    'https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21',
    'https://g.example/v1beta/models/m:streamGenerateContent?alt=sse',
  ]) {
    expect(safe(url)).toBe(url);
  }
});

test('user, password and fragment are left out', () => {
  expect(safe('https://user:pw@host.example:8443/v1?alt=sse#token=x')).toBe(
    'https://host.example:8443/v1?alt=sse',
  );
});

test.each([
  ...[
    'key',
    'KEY',
    'api_key',
    'api-key',
    'apikey',
    'k%65y',
    'access_token',
    'token',
    'sig',
    'signature',
    'code',
  ],
  ...[
    'subscription-key',
    'X-Amz-Credential',
    'x-amz-date',
    'X-Goog-Signature',
    'password',
    'client_secret',
    'auth',
  ],
  ...[
    'Authorization',
    'x[key]',
    'id_token',
    'session',
    'AIzaSyA-0123456789abcdefghijklmnopqrs',
    '%F0%9F%91%8B',
  ],
])('a parameter %s is left out, each time it stands there', (name) => {
  expect(safe(`https://host.example/v1?a=1&${name}=s3cret&alt=sse&${name}=s4`)).toBe(
    'https://host.example/v1?a=1&alt=sse',
  );
});

test('a value that is long enough for a secret is left out under any name', () => {
  expect(safe(`https://host.example/v1?x=${'a'.repeat(33)}&y=${'a'.repeat(32)}`)).toBe(
    `https://host.example/v1?y=${'a'.repeat(32)}`,
  );
});

test('at most 2000 characters are left: first without the query', () => {
  const short = Array.from({ length: 400 }, (_, index) => `a${index}=1`).join('&');
  expect(safe(`https://host.example/v1?${short}`)).toBe('https://host.example/v1');
  expect(safe(`https://host.example/${'a'.repeat(5000)}`)).toHaveLength(2000);
});

test('of a URL that is not http only the scheme is left', () => {
  expect([safe('data:text/plain,secret'), safe('file:///home/me/key')]).toEqual(['data:', 'file:']);
});

test('no secret comes through, wherever it stands', () => {
  const name = fc.constantFrom('key', 'Api-Key', 'access_token', 'sig', 'X-Amz-Signature', 'client%5Fsecret');
  const secret = fc.stringMatching(/^S3CRET[a-z0-9%_-]{0,40}$/).filter((text) => !text.includes('%'));
  const other = fc.stringMatching(/^[a-z]{1,5}=[a-z0-9]{0,9}$/);
  fc.assert(
    fc.property(name, secret, fc.array(other), fc.array(other), (key, value, before, after) => {
      const query = [...before, `${key}=${value}`, ...after].join('&');
      expect(safe(`https://u:${value}@host.example/v1?${query}#${value}`)).not.toContain('S3CRET');
    }),
  );
});
