import path from 'node:path';
import { expect, test } from 'vitest';
import { pathOf, withoutNpm, withPath } from './environment.mjs';

test('what npm says about itself and its script does not reach pnpm', () => {
  const env = {
    HOME: '/home/me',
    npm_command: 'start',
    npm_config_user_agent: 'npm/11',
    npm_config_prefix: '/usr',
    npm_config_globalconfig: '/usr/etc/npmrc',
    npm_execpath: '/usr/lib/npm-cli.js',
    npm_lifecycle_event: 'start',
    npm_package_name: 'stepledger',
    NPM_CONFIG_LOGLEVEL: 'silly',
  };
  expect(withoutNpm(env)).toEqual({ HOME: '/home/me' });
});

test('registry, CA, proxy, cache and user configuration stay', () => {
  const kept = {
    npm_config_registry: 'http://registry.test/',
    NPM_CONFIG_CAFILE: '/ca.pem',
    npm_config_https_proxy: 'http://proxy.test',
    'npm_config_strict-ssl': 'true',
    npm_config_cache: '/cache',
    npm_config_userconfig: '/home/me/.npmrc',
    'npm_config_@acme:registry': 'http://acme.test/',
    'npm_config_//acme.test/:_authToken': 'secret',
  };
  expect(withoutNpm(kept)).toMatchObject(kept);
});

test('pnpm learns under its own prefix what can be reached, unless it knows', () => {
  const env = withoutNpm({
    npm_config_registry: 'http://npm.test/',
    npm_config_noproxy: '',
    npm_config_cafile: '/npm.pem',
    PNPM_CONFIG_CAFILE: '/pnpm.pem',
  });
  expect(env).toEqual({
    npm_config_registry: 'http://npm.test/',
    pnpm_config_registry: 'http://npm.test/',
    npm_config_noproxy: '',
    npm_config_cafile: '/npm.pem',
    PNPM_CONFIG_CAFILE: '/pnpm.pem',
  });
});

test('directories come first on PATH in their order, once, and under the name it has', () => {
  const env = withPath({ Path: ['/usr/bin', '/opt/with blank'].join(path.delimiter) }, [
    '/new',
    '/opt/with blank',
    '/new',
  ]);
  expect(Object.keys(env)).toEqual(['Path']);
  expect(pathOf(env)).toEqual(['/new', '/opt/with blank', '/usr/bin']);
});
