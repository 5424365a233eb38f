import { expect, test } from 'vitest';
import { encodeText, fromBase64, jsonBytes, toBase64 } from './encoding.ts';

function decode({ encoding, bytes }: ReturnType<typeof encodeText>): string {
  if (encoding === 'utf8') return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  return Buffer.from(bytes).toString('utf16le');
}

test.each([
  ['', 'utf8'],
  ['design', 'utf8'],
  ['\ufeffwith a BOM, \r\n and 🐘', 'utf8'],
  ['NUL \0 inside', 'utf16le'],
  ['\ud800 a lone surrogate', 'utf16le'],
  ['another \udfff', 'utf16le'],
])('%j is encoded as %s and comes back', (text, encoding) => {
  const encoded = encodeText(text);
  expect(encoded.encoding).toBe(encoding);
  expect(decode(encoded)).toBe(text);
});

test('texts that differ in a lone surrogate only become different bytes', () => {
  expect(encodeText('\ud800').bytes).not.toEqual(encodeText('\ud801').bytes);
});

test('bytes survive base64, whatever their number', () => {
  for (const length of [0, 1, 2, 3, 255, 32_767, 32_768, 32_769, 100_000]) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 7) % 256);
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
    expect(fromBase64(toBase64(bytes))).toEqual(bytes);
  }
});

test('the encoded size counts what JSON makes of a text', () => {
  expect(jsonBytes('abc')).toBe(5);
  expect(jsonBytes('\0')).toBe(8);
  expect(jsonBytes('\ud800')).toBe(8);
  expect(jsonBytes('é')).toBe(4);
  expect(jsonBytes('"\n')).toBe(6);
});
