import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LIMITS } from './limits.ts';
import { toSafeHeaders } from './safe-headers.ts';

test('headers that may hold a credential are left out, the others stay as they are and in their order', () => {
  const secret = { name: 'set-cookie', value: 's3cret' };
  const others = [
    { name: 'x-b', value: ' \0caf\xe9\ud800 ' },
    { name: 'x-a', value: '' },
    { name: 'x-b', value: '?a=b#c' },
  ];
  expect(toSafeHeaders([secret, ...others, secret])).toEqual(others);
  expect(toSafeHeaders([])).toEqual([]);
});

test.each([
  ['https://user:s3cret@host.example/a?sig=s3cret&alt=sse#s3cret', 'https://host.example/a?alt=sse'],
  ['/a/b?token=s3cret', '/a/b'],
  ['b#s3cret', 'b'],
  ['//user:s3cret@host.example/a?s3cret', '//host.example/a'],
  ['///user:s3cret@host.example/a', '///host.example/a'],
  ['/\t/user:s3\ncret@host.example/a', '//host.example/a'],
  ['\\\\user:s3cret@host.example/a', '\\\\host.example/a'],
  ['//user:s3cret@//user:s3cret@host.example/a', '//host.example/a'],
  ['https://user:s3cret@no host/a?s3cret', 'https://no host/a'],
  ['data:text/plain,s3cret', 'data:'],
])('the address %j is kept without its secrets', (address, safe) => {
  for (const name of ['location', 'content-location']) {
    expect(toSafeHeaders([{ name, value: address }])).toEqual([{ name, value: safe }]);
  }
});

test.each([
  [
    'x-goog-upload-url',
    'https://g.example/upload?upload_token=s3cret&alt=sse',
    'https://g.example/upload?alt=sse',
  ],
  ['operation-location', 'https://user:s3cret@a.example/o?sig=s3cret', 'https://a.example/o'],
  [
    'link',
    '<https://h.example/a?key=s3cret>; rel="next", <HTTPS://h.example/b?key=s3cret>; rel="last"',
    '<https://h.example/a>; rel="next", <https://h.example/b>; rel="last"',
  ],
  [
    'link',
    '</a?page=2&api_key=s3cret>; rel="next", <b#s3cret>; rel="last"',
    '</a>; rel="next", <b>; rel="last"',
  ],
  ['refresh', '0; url=/cb?code=s3cret', '0; url=/cb'],
  ['refresh', '0; URL="//user:s3cret@h.example/a?s3cret"', '0; URL="//h.example/a"'],
  ['refresh', "5; url='https://h.example/a?code=s3cret'", "5; url='https://h.example/a'"],
  ['report-to', '{"url":"https://h.example/r?sig=s3cret","a":1}', '{"url":"https://h.example/r","a":1}'],
  [
    'x-many',
    'https://h.example/a?sig=s3cret, https://h.example/b?c=1',
    'https://h.example/a, https://h.example/b?c=1',
  ],
  ['x-broken', 'at https://user:s3cret@[h/a?s3cret now', 'at https://[h/a now'],
])('URLs in %s are kept without their secrets', (name, value, safe) => {
  expect(toSafeHeaders([{ name, value }])).toEqual([{ name, value: safe }]);
});

test('a value whose URLs have no secrets stays as it is written', () => {
  for (const value of [
    'https://host.example',
    '<https://HOST.example/ä?b=c,d>; rel=preload',
    "default-src 'self' https://*.host.example https://host.example:*; img-src https:",
  ]) {
    const headers = [{ name: 'x-said', value }];
    expect(toSafeHeaders(headers)).toEqual(headers);
  }
});

test('no secret of an address comes through, however it is written', () => {
  const address = fc
    .tuple(
      fc.constantFrom('', 'https:', 'HTTP:', ' \t'),
      fc.constantFrom('//', '///', '\\\\', '/\\/'),
      fc.array(fc.constantFrom('S3CRET@', 'user:S3CRET@', 'user:S3CRET@//'), { maxLength: 3 }),
      fc.constantFrom('host.example', 'no host', '[host', 'host:port', ''),
      fc.constantFrom('', '/', '/a/b@c', '\\a'),
      fc.constantFrom('', '?sig=S3CRET', '?a=1&sig=S3CRET', '#S3CRET', '?#?S3CRET'),
    )
    .map(([scheme, slashes, users, ...rest]) => [scheme, slashes, ...users, ...rest].join(''));
  // Neither a browser nor what receives it looks at tabs and line breaks.
  const cut = fc.tuple(address, fc.nat(8), fc.constantFrom('', '\t', '\n')).map(([text, at, blank]) => {
    return `${text.slice(0, at)}${blank}${text.slice(at)}`;
  });
  fc.assert(
    fc.property(cut, (value) => {
      const [header] = toSafeHeaders([{ name: 'location', value }]) ?? [];
      expect(header?.value.replaceAll(/[\t\n]/g, '')).not.toContain('S3CRET');
    }),
    { numRuns: 3_000 },
  );
});

test('more than can be stored is not stored in part', () => {
  expect(toSafeHeaders([{ name: 'x-long', value: 'x'.repeat(LIMITS.maxHeadersLength) }])).toBeUndefined();
  const many = Array.from({ length: LIMITS.maxHeaders + 1 }, () => ({ name: 'a', value: 'b' }));
  expect(toSafeHeaders(many)).toBeUndefined();
});

test('headers that grow beyond what can be stored as their URLs are written anew are not stored', () => {
  const value = `https://user:s3cret@host.example/${'ä'.repeat(200)} `;
  const headers = Array.from({ length: 200 }, () => ({ name: 'link', value }));
  expect(toSafeHeaders(headers)).toBeUndefined();
});
