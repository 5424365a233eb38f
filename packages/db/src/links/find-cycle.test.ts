import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Dependency, findCycle } from './find-cycle.ts';

const edge = (from: string, to: string): Dependency => ({ from, to });

test('a dependency on what depends on it is a cycle, named from end to end', () => {
  expect(findCycle([edge('c', 'a')], [edge('a', 'b'), edge('b', 'c')])).toEqual(['c', 'a', 'b', 'c']);
  expect(findCycle([edge('a', 'a')], [])).toEqual(['a', 'a']);
  expect(findCycle([edge('a', 'b'), edge('b', 'a')], [])).toEqual(['a', 'b', 'a']);
});

test('a diamond is none', () => {
  expect(findCycle([edge('a', 'b'), edge('a', 'c')], [edge('b', 'd'), edge('c', 'd')])).toBeNull();
});

test('a cycle that was there before is not held against a dependency on it', () => {
  expect(findCycle([edge('a', 'b')], [edge('b', 'c'), edge('c', 'b')])).toBeNull();
});

test('of any dependencies a cycle is found exactly when an added one can be reached from its own target', () => {
  const edges = fc.array(
    fc.tuple(fc.nat(7), fc.nat(7)).map(([from, to]) => edge(`${from}`, `${to}`)),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(edges, edges, (added, known) => {
      const all = [...added, ...known];
      const path = findCycle(added, known);
      expect(path !== null).toBe(added.some(({ from, to }) => canReach(all, to, from)));
      if (!path) return;
      expect(path.at(-1)).toBe(path[0]);
      expect(new Set(path).size).toBe(path.length - 1);
      for (const [n, from] of path.slice(0, -1).entries()) {
        expect(all).toContainEqual(edge(from, path[n + 1] ?? ''));
      }
    }),
    { numRuns: 2000 },
  );
});

function canReach(edges: readonly Dependency[], from: string, to: string): boolean {
  const reached = new Set([from]);
  for (let size = 0; size < reached.size; ) {
    size = reached.size;
    for (const edge of edges) if (reached.has(edge.from)) reached.add(edge.to);
  }
  return reached.has(to);
}

test('100,000 dependencies are a matter of a moment, in a chain as in a thicket', () => {
  const chain = Array.from({ length: 100_000 }, (_, n) => edge(`${n}`, `${n + 1}`));
  expect(findCycle([edge('100000', '0')], chain)).toHaveLength(100_002);
  const thicket = Array.from({ length: 100_000 }, (_, n) => edge(`${n % 300}`, `${1000 + (n % 331)}`));
  expect(findCycle([edge('1000', '5000')], thicket)).toBeNull();
});
