import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toRows } from './row-pages.ts';
import { FIRST, type PageAnswer, type ReadPage, type Shown, withAnswers } from './shown-rows.ts';

interface Row {
  key: string;
  /** When it was read. */
  at: number;
}

interface Answer {
  data: ReadPage<Row>;
  readAt: number;
}

const keyOf = ({ key }: Row) => key;
const answer = (keys: readonly string[], nextCursor: string | null, readAt: number): Answer => ({
  data: { items: keys.map((key) => ({ key, at: readAt })), nextCursor },
  readAt,
});

/** Draws a list, all of it in sight, out of a cache by cursor until nothing moves any more. */
function draw(cache: ReadonlyMap<string | undefined, Answer>, before?: Shown<Row>): Shown<Row> | undefined {
  let shown = before;
  let applied: readonly PageAnswer<Row>[] = [];
  for (let drawn = 0; drawn < 50; drawn += 1) {
    const answers = (shown?.pages ?? FIRST).map((page): PageAnswer<Row> => {
      const { data, readAt } = cache.get(page.cursor) ?? { data: undefined, readAt: 0 };
      return { page, data, readAt };
    });
    const next = withAnswers(shown, { identity: 'list', answers, applied, keyOf });
    if (next === shown) return shown;
    shown = next;
    applied = answers;
  }
  throw new Error('It is drawn for ever');
}

test('of two answers that hold the same row, the newer one has it, and it is drawn once', () => {
  for (const [firstAt, secondAt] of [
    [2, 1],
    [1, 2],
  ] as const) {
    const cache = new Map([
      [undefined, answer(['a', 'x'], 'after', firstAt)],
      ['after', answer(['x', 'b'], null, secondAt)],
    ]);
    const shown = draw(cache);
    expect(toRows(shown?.pages ?? [])).toEqual(['a', 'x', 'b']);
    expect(shown?.items.get('x')).toEqual({ key: 'x', at: 2 });
  }
});

test('a row that an old answer took comes back when that page is read anew without it', () => {
  const first = answer(['a', 'x'], 'after', 2);
  const [old, anew] = [answer(['x', 'b'], null, 1), answer(['b'], null, 3)];
  const before = draw(new Map([['after', old]]), draw(new Map([[undefined, first]])));
  const shown = draw(
    new Map([
      [undefined, first],
      ['after', anew],
    ]),
    before,
  );
  expect(toRows(shown?.pages ?? [])).toEqual(['a', 'x', 'b']);
});

const somePage = fc.record({
  keys: fc.uniqueArray(fc.constantFrom(...'abcdefgh'), { maxLength: 5 }),
  readAt: fc.nat(9),
});

test('whatever the cache holds of a list, it comes to rest and names no row twice', () => {
  fc.assert(
    fc.property(fc.array(somePage, { minLength: 1, maxLength: 4 }), (pages) => {
      const cache = new Map(
        pages.map(({ keys, readAt }, index) => {
          const next = index + 1 < pages.length ? `page ${index + 1}` : null;
          return [index === 0 ? undefined : `page ${index}`, answer(keys, next, readAt)] as const;
        }),
      );
      const shown = draw(cache);
      const rows = toRows(shown?.pages ?? []);
      expect(new Set(rows).size).toBe(rows.length);
      // Of each row, the newest that is known.
      for (const [key, { at }] of shown?.items ?? []) {
        const known = pages.filter(({ keys }) => keys.includes(key)).map(({ readAt }) => readAt);
        expect(at).toBe(Math.max(...known));
      }
      expect(rows.toSorted()).toEqual([...new Set(pages.flatMap(({ keys }) => keys))].toSorted());
    }),
  );
});
