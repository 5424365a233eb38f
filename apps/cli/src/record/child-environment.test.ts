import { expect, test } from 'vitest';
import { toProxyVariables } from './child-environment.ts';
import type { ProviderName } from './upstreams.ts';

const urls = new Map<ProviderName, string>([
  ['openai', 'http://127.0.0.1:1/token/openai'],
  ['ollama', 'http://127.0.0.1:2'],
]);

test('each variable of a provider leads to the proxy, and no variable of one that is left out is touched', () => {
  expect(toProxyVariables({ urls, variables: { ANTHROPIC_BASE_URL: 'http://mine' } })).toEqual({
    OPENAI_BASE_URL: 'http://127.0.0.1:1/token/openai',
    OPENAI_API_BASE: 'http://127.0.0.1:1/token/openai',
    OLLAMA_HOST: 'http://127.0.0.1:2',
  });
});

test('a host that was named without a scheme stays without one', () => {
  expect(toProxyVariables({ urls, variables: { OLLAMA_HOST: 'gpu-box:11434' } })['OLLAMA_HOST']).toBe(
    '127.0.0.1:2',
  );
});

test('where the environment names a proxy, the program does not look for us behind it', () => {
  const variables = { https_proxy: 'http://proxy:3128', NO_PROXY: 'internal, localhost' };
  expect(toProxyVariables({ urls, variables })).toMatchObject({
    NO_PROXY: 'internal,localhost,127.0.0.1',
    no_proxy: 'internal,localhost,127.0.0.1',
  });
});
