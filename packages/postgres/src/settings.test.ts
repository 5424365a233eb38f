import { expect, test } from 'vitest';
import { serverSettings, urlOf } from './settings.ts';

test('the URL of a socket keeps directory and database through new URL', () => {
  const url = new URL(urlOf({ socketDir: { path: '/tmp/A b/é', mark: '' } }, 'my db'));

  expect(decodeURIComponent(url.hostname)).toBe('/tmp/A b/é');
  expect(decodeURIComponent(url.pathname)).toBe('/my db');
  expect(url.username).toBe('stepledger');
  expect(url.port).toBe('5432');
});

test('the URL of a port carries the password', () => {
  const url = new URL(urlOf({ port: 61234, password: 's3cret_-' }, 'stepledger'));

  expect([url.hostname, url.port, url.username, url.password]).toEqual([
    '127.0.0.1',
    '61234',
    'stepledger',
    's3cret_-',
  ]);
});

test('a socket server opens no TCP port, and a TCP server only the loopback', () => {
  expect(serverSettings({ socketDir: { path: '/tmp/x', mark: '' } }, true)).toContain('listen_addresses=');
  expect(serverSettings({ port: 1, password: '' }, true)).toContain('listen_addresses=127.0.0.1');
});

test('only a server declared throw-away gives up fsync', () => {
  expect(serverSettings({ socketDir: { path: '/tmp/x', mark: '' } }, true)).toContain('fsync=on');
  expect(serverSettings({ socketDir: { path: '/tmp/x', mark: '' } }, false)).toContain('fsync=off');
});
