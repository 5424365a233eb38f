import { LIMITS } from '@stepledger/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findCauses, type InputLink, nameOf, toPath } from './stale-paths.ts';

/** Such as `design@2 requirement@1!`, where `!` says that the input moved. */
function links(...words: string[]): InputLink[] {
  return words.map((word) => {
    const [from = '', to = ''] = word.replace('!', '').split(' ').map(String);
    return { from: ref(from), to: ref(to), moved: word.endsWith('!') };
  });
}

function ref(name: string) {
  const [documentId = '', version] = name.split('@');
  return { documentId, version: Number(version ?? 1) };
}

function pathsOf(all: readonly InputLink[]): Record<string, string[]> {
  const { causes } = findCauses(all);
  return Object.fromEntries(
    [...causes].map(([name, list]) => [name, list.map((cause) => toPath(cause).map(nameOf).join(' '))]),
  );
}

test('the nearest input comes first, by the shortest way', () => {
  expect(pathsOf(links('c b', 'b a', 'a x!', 'c a', 'c y!'))).toEqual({
    'a@1': ['a@1 x@1'],
    'b@1': ['b@1 a@1 x@1'],
    'c@1': ['c@1 y@1', 'c@1 a@1 x@1'],
  });
});

test('a way does not lead through another version of the document that moved', () => {
  expect(pathsOf(links('design@2 review', 'review design@1!', 'code design@2'))).toEqual({
    'review@1': ['review@1 design@1'],
  });
});

test('circles end', () => {
  expect(pathsOf(links('a b', 'b a', 'b x!'))).toEqual({ 'a@1': ['a@1 b@1 x@1'], 'b@1': ['b@1 x@1'] });
});

test('of a long way the middle is left out', () => {
  const chain = Array.from({ length: 500 }, (_, n) => `n${n + 1} n${n}${n === 0 ? '!' : ''}`);
  const [cause] = findCauses(links(...chain)).causes.get('n500@1') ?? [];
  if (!cause) throw new Error('The end of the chain is stale');
  const path = toPath(cause);
  expect(path).toHaveLength(LIMITS.maxStalePath);
  expect([path[0], path.at(-1)].map((at) => at && nameOf(at))).toEqual(['n500@1', 'n0@1']);
});

test('too much to look at is cut', () => {
  // Each of 2,000 inputs is under the same 2,000 links.
  const wide = Array.from({ length: 2000 }, (_, n) => [`bottom in${n}!`, `top${n} bottom`]).flat();
  expect(findCauses(links(...wide)).cut).toBe(true);
});

test('a version is stale exactly by what a way leads to that meets its document only at the end', () => {
  const name = fc.constantFrom('a@1', 'a@2', 'b@1', 'b@2', 'c@1', 'd@1');
  const drawn = fc.array(fc.tuple(name, name), { maxLength: 12 });
  fc.assert(
    fc.property(drawn, fc.uniqueArray(name, { maxLength: 3 }), (pairs, moved) => {
      // What has moved is not looked behind, and links within a document are not read.
      const kept = pairs.filter(([from, to]) => !moved.includes(from) && from.slice(0, 1) !== to.slice(0, 1));
      const all = links(...kept.map(([from, to]) => `${from} ${to}${moved.includes(to) ? '!' : ''}`));
      const { causes } = findCauses(all);
      const leads = (at: string, input: string, seen: readonly string[] = []): boolean =>
        !seen.includes(at) &&
        kept.some(
          ([from, to]) =>
            from === at && (to.startsWith(input) ? moved.includes(to) : leads(to, input, [...seen, at])),
        );
      for (const at of ['a@1', 'a@2', 'b@1', 'b@2', 'c@1', 'd@1']) {
        const wanted = ['a', 'b', 'c', 'd'].filter((input) => !at.startsWith(input) && leads(at, input));
        const found = (causes.get(at) ?? []).map(({ input }) => input.documentId);
        expect(found.toSorted()).toEqual(wanted);
      }
    }),
    { numRuns: 2000 },
  );
});
