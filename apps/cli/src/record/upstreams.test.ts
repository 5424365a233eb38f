import { expect, test } from 'vitest';
import { resolveUpstreams, type UpstreamFlags } from './upstreams.ts';

const urlsOf = (flags: UpstreamFlags, variables: Record<string, string> = {}) =>
  Object.fromEntries(
    resolveUpstreams(flags, variables).map(({ provider, origin, basePath }) => [
      provider,
      `${origin}${basePath}`,
    ]),
  );

test("an upstream is what the flag says, else the environment, else the provider's own address", () => {
  expect(urlsOf({})).toEqual({
    openai: 'https://api.openai.com/v1',
    anthropic: 'https://api.anthropic.com',
    google: 'https://generativelanguage.googleapis.com',
    ollama: 'http://127.0.0.1:11434',
  });
  const variables = {
    OPENAI_BASE_URL: 'http://gateway/openai/v1/',
    OPENAI_API_BASE: 'http://other/v1',
    ANTHROPIC_BASE_URL: ' ',
  };
  expect(urlsOf({}, variables)).toMatchObject({
    openai: 'http://gateway/openai/v1',
    anthropic: 'https://api.anthropic.com',
  });
  expect(urlsOf({}, { OPENAI_API_BASE: 'http://other/v1' })).toMatchObject({ openai: 'http://other/v1' });
  expect(urlsOf({ openai: 'http://flag:8000/v1' }, variables)).toMatchObject({
    openai: 'http://flag:8000/v1',
  });
});

test('a provider may be left out', () => {
  expect(Object.keys(urlsOf({ ollama: false, google: false }))).toEqual(['openai', 'anthropic']);
});

test.each([
  ['gpu-box', 'http://gpu-box:11434'],
  ['gpu-box:8080', 'http://gpu-box:8080'],
  ['gpu-box:80', 'http://gpu-box'],
  [':9999', 'http://127.0.0.1:9999'],
  ['0.0.0.0', 'http://127.0.0.1:11434'],
  ['"0.0.0.0:11435"', 'http://127.0.0.1:11435'],
  ['[::]:11435', 'http://[::1]:11435'],
  ['http://gpu-box', 'http://gpu-box'],
  ['https://ollama.example/path/', 'https://ollama.example/path'],
])('OLLAMA_HOST=%s is read as Ollama does', (host, expected) => {
  expect(urlsOf({}, { OLLAMA_HOST: host })['ollama']).toBe(expected);
});

test('user and password become a header, and are in no URL', () => {
  const [openai] = resolveUpstreams({ openai: 'https://me:p%40ss@gateway/v1' }, {});
  expect(openai).toEqual({
    provider: 'openai',
    origin: 'https://gateway',
    basePath: '/v1',
    authorization: `Basic ${btoa('me:p@ss')}`,
  });
});

test('what is no URL of HTTP is refused by the name of where it stands, and is not quoted', () => {
  expect(() => urlsOf({ openai: 'api.openai.com' })).toThrow('--openai must be a URL');
  expect(() => urlsOf({}, { ANTHROPIC_BASE_URL: 'ftp://host' })).toThrow('ANTHROPIC_BASE_URL must be a URL');
  expect(() => urlsOf({ google: 'https://host/?key=1' })).toThrow('--google must end before ? and #');
  expect(() => urlsOf({ openai: 'https://me:100%@host' })).toThrow('--openai must have %25 for each %');
});
