import { expect, test } from 'vitest';
import { isLedgerError } from './errors/stepledger-error.ts';
import { resolveOptions, type StepledgerOptions } from './options.ts';

function faultsOf(options: StepledgerOptions): string[] {
  try {
    resolveOptions(options);
  } catch (error) {
    if (isLedgerError(error, 'INVALID_CONFIG')) return error.details.issues.map(({ path }) => path);
    throw error;
  }
  return [];
}

test('all wrong options are told together', () => {
  const faults = faultsOf({
    url: 'localhost:4400',
    token: 'a b',
    project: 'No Such',
    actor: '',
    timeoutMs: 0,
    retry: { attempts: 0, minDelayMs: -1, maxDelayMs: Number.NaN },
  });

  expect(faults).toEqual([
    'url',
    'token',
    'project',
    'actor',
    'timeoutMs',
    'retry.attempts',
    'retry.minDelayMs',
    'retry.maxDelayMs',
  ]);
});

test.each([
  '',
  'ledger',
  '/trpc',
  'ftp://localhost',
  'http://user:secret@localhost:4400',
  'http://localhost:4400/?project=a',
  'http://localhost:4400/trpc',
  'http://localhost:4400/raw/',
])('the url %j is refused', (url) => {
  expect(faultsOf({ url })).toEqual(['url']);
});

test.each([
  ['http://127.0.0.1:4400', 'http://127.0.0.1:4400'],
  ['http://127.0.0.1:4400/', 'http://127.0.0.1:4400'],
  ['https://tools.example/ledger/', 'https://tools.example/ledger'],
])('the url %s leads to %s', (url, expected) => {
  expect(resolveOptions({ url }).url).toBe(expected);
  expect(resolveOptions({ url: new URL(url) }).url).toBe(expected);
});

test('a token that is not there at all does not become a header', () => {
  expect(resolveOptions({ url: 'http://localhost', token: undefined }).headers).toEqual({
    'x-stepledger-api': '1',
  });
});

test('an actor outside ASCII travels percent-encoded, for headers are bytes', () => {
  const { headers } = resolveOptions({
    url: 'http://localhost',
    token: 'sl_demo_secret',
    project: 'demo',
    actor: 'Zoë 书',
  });

  expect(headers).toEqual({
    'x-stepledger-api': '1',
    authorization: 'Bearer sl_demo_secret',
    'x-stepledger-project': 'demo',
    'x-stepledger-actor': 'Zo%C3%AB%20%E4%B9%A6',
  });
});

test('an error does not repeat the token', () => {
  expect(() => resolveOptions({ url: 'http://localhost', token: 'secret\nsecret' })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('secret') }),
  );
});

test('renderers that can never be used are told by their place', () => {
  const url = 'http://localhost';
  const render = () => '';
  const renderers = [
    { syntax: 'liquid', render },
    { syntax: '', render },
    { syntax: 'mustache', render },
    { syntax: 'liquid', render },
    null,
  ];
  // As a caller without types may give them.
  const faults = (value: unknown) => faultsOf({ url, renderers: value } as unknown as StepledgerOptions);
  expect(faults(renderers)).toEqual(['renderers[1]', 'renderers[2]', 'renderers[3]', 'renderers[4]']);
  expect(faults({ syntax: 'liquid', render })).toEqual(['renderers']);
  expect(resolveOptions({ url }).renderers).toEqual([]);
});
