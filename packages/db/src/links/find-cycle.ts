/** That one document depends on another, by their ids. */
export interface Dependency {
  readonly from: string;
  readonly to: string;
}

/**
 * Finds a cycle that one of the added dependencies is part of; null when there is none.
 *
 * The work grows with the number of dependencies: only of those that are left once all is taken away that leads to no
 * cycle, which is nothing unless there is one, a way back is searched for.
 *
 * @returns the shortest way from a document to itself that begins with an added dependency; both ends are named.
 */
export function findCycle(added: readonly Dependency[], known: readonly Dependency[]): string[] | null {
  const targets = toTargets([...known, ...added]);
  const left = withoutLoose(targets);
  for (const { from, to } of added) {
    const back = left.has(from) && left.has(to) ? findPath(targets, to, from) : null;
    if (back) return [from, ...back];
  }
  return null;
}

function toTargets(dependencies: readonly Dependency[]): Map<string, Set<string>> {
  const targets = new Map<string, Set<string>>();
  for (const { from, to } of dependencies) {
    const known = targets.get(from);
    if (known) known.add(to);
    else targets.set(from, new Set([to]));
  }
  return targets;
}

/** The documents from which there is a way into a cycle. */
function withoutLoose(targets: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const open = new Map<string, number>();
  const sources = new Map<string, string[]>();
  const loose: string[] = [];
  for (const [from, tos] of targets) {
    open.set(from, tos.size);
    for (const to of tos) {
      const known = sources.get(to);
      if (known) known.push(from);
      else sources.set(to, [from]);
      if (!targets.has(to) && !known) loose.push(to);
    }
  }
  for (let id = loose.pop(); id !== undefined; id = loose.pop()) {
    for (const source of sources.get(id) ?? []) {
      const count = (open.get(source) ?? 0) - 1;
      open.set(source, count);
      if (count === 0) loose.push(source);
    }
  }
  return new Set([...open].filter(([, count]) => count > 0).map(([id]) => id));
}

/** The shortest way from one document to another, both ends included. */
function findPath(
  targets: ReadonlyMap<string, ReadonlySet<string>>,
  from: string,
  to: string,
): string[] | null {
  const cameFrom = new Map<string, string | null>([[from, null]]);
  // A Map yields what is added while it is iterated: it is the queue as well.
  for (const id of cameFrom.keys()) {
    if (id === to) return trace(cameFrom, to);
    for (const next of targets.get(id) ?? []) {
      if (!cameFrom.has(next)) cameFrom.set(next, id);
    }
  }
  return null;
}

function trace(cameFrom: ReadonlyMap<string, string | null>, to: string): string[] {
  const path: string[] = [];
  for (let id: string | null = to; id !== null; id = cameFrom.get(id) ?? null) path.push(id);
  return path.reverse();
}
