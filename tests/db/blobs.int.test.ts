import { createHash } from 'node:crypto';
import { type BlobEncoding, LIMITS } from '@stepledger/contract';
import { anyText } from '@stepledger/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { refusal } from './support/errors.ts';
import { openTestLedger } from './support/ledger.ts';
import { runSql } from './support/sql.ts';

const bytesIn = (encoding: BlobEncoding) => {
  if (encoding === 'binary') return fc.uint8Array({ maxLength: 2000 });
  if (encoding === 'utf16le') return anyText().map((text) => new Uint8Array(Buffer.from(text, 'utf16le')));
  return anyText().map(
    (text) => new Uint8Array(Buffer.from(text.toWellFormed().replaceAll('\0', ''), 'utf8')),
  );
};

test.each(['utf8', 'utf16le', 'binary'] as const)(
  'bytes put as %s come back as they were',
  async (encoding) => {
    await using ledger = await openTestLedger();
    await fc.assert(
      fc.asyncProperty(bytesIn(encoding), async (bytes) => {
        const blob = await ledger.open().blobs.put({ encoding, bytes });
        expect(blob).toEqual({
          id: `${createHash('sha256').update(bytes).digest('hex')}.${encoding}`,
          encoding,
          size: bytes.length,
        });
        const read = await ledger.open().blobs.get({ id: blob.id });
        expect(read.encoding).toBe(encoding);
        expect(Buffer.compare(read.bytes, bytes)).toBe(0);
      }),
      { numRuns: 60 },
    );
  },
);

test('16 MiB of every byte come back', async () => {
  await using ledger = await openTestLedger();
  const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index);
  const bytes = Buffer.alloc(LIMITS.maxTextBytes, everyByte);
  const { id } = await ledger.open().blobs.put({ encoding: 'binary', bytes });
  expect(Buffer.compare((await ledger.open().blobs.get({ id })).bytes, bytes)).toBe(0);
});

test('a view into a larger buffer stores only what it shows', async () => {
  await using ledger = await openTestLedger();
  const bytes = new TextEncoder().encode('before|shown|after').subarray(7, 12);
  const { id } = await ledger.open().blobs.put({ encoding: 'utf8', bytes });
  expect(Buffer.from((await ledger.open().blobs.get({ id })).bytes).toString()).toBe('shown');
});

test('the same bytes put many times at once are stored once', async () => {
  await using ledger = await openTestLedger();
  const bytes = new TextEncoder().encode('same');
  await Promise.all(Array.from({ length: 20 }, () => ledger.open().blobs.put({ encoding: 'utf8', bytes })));
  expect(await runSql(ledger.url, 'SELECT size FROM blob')).toEqual([{ size: 4 }]);
});

test('bytes that are no text in their encoding are refused and not stored', async () => {
  await using ledger = await openTestLedger();
  const refused: [what: string, encoding: BlobEncoding, bytes: number[]][] = [
    ['a broken sequence', 'utf8', [0xc3]],
    ['a surrogate', 'utf8', [0xed, 0xa0, 0x80]],
    ['an overlong form', 'utf8', [0xc0, 0x80]],
    ['NUL', 'utf8', [0x61, 0]],
    ['an odd number of bytes', 'utf16le', [0x61]],
  ];
  for (const [what, encoding, bytes] of refused) {
    const put = ledger.open().blobs.put({ encoding, bytes: Uint8Array.from(bytes) });
    expect(await refusal(put), what).toMatchObject({
      code: 'BAD_INPUT',
      details: { issues: [{ path: 'body' }] },
    });
  }
  expect(await runSql(ledger.url, 'SELECT 1 FROM blob')).toEqual([]);
});

test("another project's blob is NOT_FOUND", async () => {
  await using ledger = await openTestLedger();
  const { id } = await ledger.open().blobs.put({ encoding: 'binary', bytes: Uint8Array.of(1) });
  expect(await refusal(ledger.openOther().blobs.get({ id }))).toEqual({
    code: 'NOT_FOUND',
    details: { type: 'blob', id },
  });
});
