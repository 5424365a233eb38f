import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toProgramHeaders, toUpstreamHeaders } from './headers.ts';

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,15}$/).map((text) => `x-t-${text}`);
const value = fc.stringMatching(/^[!-~]{0,20}$/);

test('headers of the ends go on as they are: their order, their case, a name that comes twice', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
      expect(toUpstreamHeaders(pairs.flat())).toEqual(pairs);
    }),
  );
});

test('what is between neighbours stays between them, by its name or because connection names it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), fc.subarray(['X-Hop', 'X-Other-Hop']), (pairs, named) => {
      const connection = ['close', ...named].join(' , ');
      const hops = [
        'Connection',
        connection,
        'Keep-Alive',
        '5',
        'TE',
        'trailers',
        'Transfer-Encoding',
        'chunked',
      ];
      const sent = [
        ...hops,
        ...named.flatMap((one) => [one.toLowerCase(), '1']),
        ...pairs.flat(),
        'Upgrade',
        'h2c',
      ];
      expect(toUpstreamHeaders(sent)).toEqual(pairs);
    }),
  );
});

test("the proxy's own host, what it has answered itself and what names run and step go no further", () => {
  const sent = [
    'Host',
    '127.0.0.1:1',
    'Expect',
    '100-continue',
    'X-Stepledger-Step',
    'a',
    'x-stepledger-run',
    'b',
    'Accept',
    '*/*',
  ];
  expect(toUpstreamHeaders(sent)).toEqual([['Accept', '*/*']]);
});

test('an answer keeps its length, its encoding and each of its cookies', () => {
  const headers = new Headers({
    'content-length': '3',
    'content-encoding': 'gzip',
    'keep-alive': 'timeout=5',
    connection: 'keep-alive',
  });
  headers.append('set-cookie', 'a=1');
  headers.append('set-cookie', 'b=2');
  expect(toProgramHeaders(headers)).toEqual([
    ['content-encoding', 'gzip'],
    ['content-length', '3'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ]);
});
