import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fold } from './fold.ts';

test('a fold has both ends of what went in, and tells of all else once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 60 }), (ends, count) => {
      const all = Array.from({ length: count }, (_, index) => index);
      const hidden: number[] = [];
      const fold = new Fold<number>(ends, (item) => hidden.push(item));
      for (const item of all) fold.push(item);
      expect([...fold.first, ...hidden, ...fold.last]).toEqual(all);
      expect(hidden).toEqual(all.slice(ends, Math.max(ends, count - ends)));
      expect({ count: fold.count, hidden: fold.hidden }).toEqual({ count, hidden: hidden.length });
    }),
  );
});
