import { expect, test } from 'vitest';
import { HttpError } from './http-error.ts';
import { isLoopback, urlHost } from './loopback.ts';
import { checkOrigin, type OriginRules } from './origin-guard.ts';

const local: OriginRules = { host: '127.0.0.1', allowedHosts: [], allowedOrigins: [] };

function isLetIn(headers: Record<string, string>, rules: OriginRules): boolean {
  try {
    checkOrigin(headers, rules);
    return true;
  } catch (error) {
    if (error instanceof HttpError && error.status === 403) return false;
    throw error;
  }
}

test.each(['localhost', '127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1', 'LOCALHOST'])(
  '%s is loopback',
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

test.each([
  '0.0.0.0',
  '::',
  '10.0.0.1',
  '128.0.0.1',
  'localhost.example.com',
  '127.0.0.1.example.com',
  '::ffff:10.0.0.1',
])('%s is not loopback', (host) => {
  expect(isLoopback(host)).toBe(false);
});

test('a URL names a host that can be reached', () => {
  expect(['127.0.0.1', '::1', '0.0.0.0', '::', 'db.example'].map(urlHost)).toEqual([
    '127.0.0.1',
    '[::1]',
    '127.0.0.1',
    '[::1]',
    'db.example',
  ]);
});

test.each(['localhost', 'localhost:4400', '127.0.0.1:1', '[::1]:4400', 'LocalHost:4400'])(
  'on loopback, the Host %s is a name of this machine',
  (host) => {
    expect(isLetIn({ host }, local)).toBe(true);
  },
);

test.each([
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  '127.0.0.2',
  'localhost:4400:1',
  '',
  'a b',
])('on loopback, the Host %j could be a name that a foreign page made resolve to it', (host) => {
  expect(isLetIn({ host }, local)).toBe(false);
});

test('on loopback, a call without a Host is refused', () => {
  expect(isLetIn({}, local)).toBe(false);
});

test('on loopback, further hosts may be allowed, and its own address is', () => {
  const rules = { ...local, host: '127.0.0.2', allowedHosts: ['ledger.example.com'] };
  expect(isLetIn({ host: 'ledger.example.com:443' }, rules)).toBe(true);
  expect(isLetIn({ host: '127.0.0.2:4400' }, rules)).toBe(true);
  expect(isLetIn({ host: 'evil.example' }, rules)).toBe(false);
});

test('elsewhere keys protect, so hosts are checked only where they are named', () => {
  const open = { ...local, host: '0.0.0.0' };
  expect(isLetIn({ host: '10.0.0.7:4400' }, open)).toBe(true);
  expect(isLetIn({ host: '10.0.0.7:4400' }, { ...open, allowedHosts: ['ledger.example.com'] })).toBe(false);
});

test('a page may call the server that it came from, and others only when allowed', () => {
  const host = 'localhost:4400';
  const rules = { ...local, allowedOrigins: ['https://ledger.example.com'] };
  expect(isLetIn({ host, origin: 'http://localhost:4400' }, rules)).toBe(true);
  expect(isLetIn({ host, origin: 'https://ledger.example.com' }, rules)).toBe(true);
  for (const origin of [
    'null',
    'http://localhost:3000',
    'https://evil.example',
    'file://',
    'http://localhost:4400.evil.example',
  ]) {
    expect(isLetIn({ host, origin }, rules), origin).toBe(false);
  }
});
