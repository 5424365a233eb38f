/**
 * How many letters were mistyped, left out, added or swapped with the next between two words; anything above `limit`
 * once it is known to be more.
 */
export function editDistance(from: string, to: string, limit: number): number {
  const [a, b] = [[...from], [...to]];
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [row, letter] of a.entries()) {
    const line = [row + 1];
    for (const [column, other] of b.entries()) {
      const changed = (last[column] ?? 0) + (letter === other ? 0 : 1);
      const added = Math.min(last[column + 1] ?? 0, line[column] ?? 0) + 1;
      const swapped =
        letter === b[column - 1] && a[row - 1] === other
          ? (before[column - 1] ?? Number.POSITIVE_INFINITY) + 1
          : Number.POSITIVE_INFINITY;
      line.push(Math.min(changed, added, swapped));
    }
    if (Math.min(...line) > limit) return limit + 1;
    before = last;
    last = line;
  }
  return last[b.length] ?? limit + 1;
}
