import type { Blame } from '@stepledger/client';
import { expect, test } from 'vitest';
import { formatTime, formatWhen } from '../output/format.ts';
import { renderBlame } from './render-blame.ts';

const AT = '2020-01-01T00:00:00.000Z';

test('lines that nobody is known to have written say so, and versions that were purged are named', () => {
  const blame: Blame = {
    documentId: 'id',
    version: 4,
    lines: [
      { from: 1, to: 1, version: 4 },
      { from: 2, to: 3, version: null },
    ],
    versions: [
      {
        version: 4,
        revision: 9,
        at: AT,
        author: 'ann\u202e',
        step: null,
        parse: null,
        exchangeId: null,
        prompt: null,
        variables: null,
        model: null,
        purgedBefore: [2, 3],
      },
    ],
    unknown: 'too_long',
  };
  const shown = renderBlame(blame, { text: 'one\ntwo\r\nthree', style: (_format, text) => text });
  expect(shown.split('\n')).toEqual([
    `@4  -  -  -  ${formatTime(AT)}  1 | one`,
    `?            ${' '.repeat(19)}  2 | two\\x0d`,
    `?            ${' '.repeat(19)}  3 | three`,
    '',
    `@4  r9  ${formatWhen(AT)}  by ann\\u202e  by hand  or by @2, @3, purged since`,
    '?  Who wrote 2 lines was not found out: they are older than the versions that were looked at.',
  ]);
});
