import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyText } from '../texts.arbitrary.ts';
import { type Chunking, cutIntoChunks, takeBytes } from './chunking.ts';

const anyChunking = fc.oneof(
  fc.constantFrom<Chunking>('events', 'whole', 'torn'),
  fc.integer({ min: 1, max: 50 }).map((bytes): Chunking => ({ bytes })),
  fc.integer({ min: 1, max: 500 }).map((count): Chunking => ({ count })),
);
const anyParts = fc.array(anyText({ maxLength: 100 }).map((text) => Buffer.from(text)));

test('the chunks are the body, and none is empty', () => {
  fc.assert(
    fc.property(anyParts, anyChunking, (parts, chunking) => {
      const chunks = cutIntoChunks(parts, chunking);
      expect(Buffer.concat(chunks)).toEqual(Buffer.concat(parts));
      expect(chunks.every(({ length }) => length > 0)).toBe(true);
    }),
  );
});

test('a body is cut into as many chunks as are asked for, or into its bytes', () => {
  const parts = [Buffer.from('0123'), Buffer.from('456789')];
  const count = (chunking: Chunking) => cutIntoChunks(parts, chunking).length;
  expect(count({ count: 3 })).toBe(3);
  expect(count({ count: 1000 })).toBe(10);
  expect(count({ bytes: 4 })).toBe(3);
  expect(count('whole')).toBe(1);
  expect(count('events')).toBe(2);
});

test('torn chunks part every character of several bytes, every line and every line break', () => {
  const body = 'data: é\r\n\r\ndata: 👋\n\n';
  const torn = cutIntoChunks([Buffer.from(body)], 'torn').map((chunk) => chunk.toString('latin1'));
  expect(torn.join('|')).toBe('data: \u00c3|\u00a9\r|\n|\r|\n|d|ata: \u00f0|\u009f|\u0091|\u008b|\n|\n');
});

test('so many bytes are taken off the front, in the same cuts', () => {
  fc.assert(
    fc.property(anyParts, fc.nat(200), (parts, limit) => {
      const taken = takeBytes(parts, limit);
      expect(Buffer.concat(taken)).toEqual(Buffer.concat(parts).subarray(0, limit));
      expect(taken.length).toBeLessThanOrEqual(parts.length);
    }),
  );
});
