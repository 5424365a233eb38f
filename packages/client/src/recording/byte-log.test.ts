import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteLog } from './byte-log.ts';

const joined = (pieces: Uint8Array[]) => Buffer.concat(pieces);

test('what is taken is what was appended, and the first bytes are kept, in any order of both', () => {
  const step = fc.oneof(
    fc.uint8Array({ maxLength: 9000 }),
    fc.constantFrom<'take' | 'skip' | 'release'>('take', 'skip', 'release'),
  );
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 0, max: 40_000 }),
      (steps, keepBytes) => {
        const log = new ByteLog(keepBytes);
        const appended: Uint8Array[] = [];
        const kept: Uint8Array[] = [];
        let taken = 0;
        let isReleased = false;
        for (const action of steps) {
          if (action === 'take') {
            const piece = log.take();
            expect(Buffer.compare(piece, joined(appended).subarray(taken, taken + piece.length))).toBe(0);
            taken += piece.length;
          } else if (action === 'skip') {
            log.skip();
            taken = log.total;
          } else if (action === 'release') {
            log.release();
            isReleased = true;
          } else {
            appended.push(action);
            kept.push(...log.append(action));
            const all = joined(appended);
            if (!isReleased) {
              expect(Buffer.compare(log.keptBytes(), all.subarray(0, keepBytes))).toBe(0);
              expect(Buffer.compare(joined(kept), all.subarray(0, keepBytes))).toBe(0);
            }
            expect(log.total).toBe(all.length);
          }
          expect(log.ahead).toBe(log.total - taken);
        }
      },
    ),
  );
});

test('bytes that were taken or told may be changed by nobody else', () => {
  const log = new ByteLog(100);
  const chunk = Uint8Array.of(1, 2, 3);
  const [told] = log.append(chunk);
  chunk.fill(9);
  const taken = log.take();
  structuredClone(taken, { transfer: [taken.buffer] });
  log.append(Uint8Array.of(4));
  expect([told, log.keptBytes()]).toEqual([Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2, 3, 4)]);
});
