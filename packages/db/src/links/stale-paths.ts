import { LIMITS, type VersionRef } from '@stepledger/contract';

/** That one version was built on another. */
export interface InputLink {
  readonly from: VersionRef;
  readonly to: VersionRef;
  /** Whether the document of `to` says something else now. */
  readonly moved: boolean;
}

/** An input that moved, and the way to it from a version that was built on it. */
export interface Cause {
  readonly input: VersionRef;
  readonly at: VersionRef;
  /** The next one on the way; null at the input itself. */
  readonly next: Cause | null;
  /** Links from `at` to `input`. */
  readonly distance: number;
}

interface Node {
  readonly ref: VersionRef;
  readonly builtBy: Node[];
  readonly causes: Cause[];
}

/** Links after which no further input is looked at: some tenths of a second. */
const MAX_STEPS = 1_000_000;

/**
 * What each version is stale for, nearest first, by its name.
 *
 * From each document that moved, versions are followed to what was built on them, breadth first. The way does not lead
 * through another version of that same document: a design that was made better by the review of its older version is
 * not stale by it, nor is what was built on that design.
 *
 * @returns `cut` when there was too much to look at.
 */
export function findCauses(links: readonly InputLink[]): { causes: Map<string, Cause[]>; cut: boolean } {
  const { nodes, moved } = toNodes(links);
  let steps = 0;
  for (const inputs of moved.values()) {
    steps += followInput(inputs);
    if (steps > MAX_STEPS) break;
  }
  const causes = new Map<string, Cause[]>();
  for (const [name, node] of nodes) {
    if (node.causes.length > 0)
      causes.set(
        name,
        node.causes.toSorted((a, b) => a.distance - b.distance),
      );
  }
  return { causes, cut: steps > MAX_STEPS };
}

/** The way as a list; of a long one the middle is left out. */
export function toPath(cause: Cause): VersionRef[] {
  const path: VersionRef[] = [];
  for (let at: Cause | null = cause; at?.next; at = at.next) {
    if (path.length < LIMITS.maxStalePath - 1) path.push(at.at);
  }
  return [...path, cause.input];
}

export function nameOf({ documentId, version }: VersionRef): string {
  return `${documentId}@${version}`;
}

/** The versions, and by document those that moved. */
function toNodes(links: readonly InputLink[]): { nodes: Map<string, Node>; moved: Map<string, Set<Node>> } {
  const nodes = new Map<string, Node>();
  const moved = new Map<string, Set<Node>>();
  const nodeOf = (ref: VersionRef): Node => {
    const node = nodes.get(nameOf(ref)) ?? { ref, builtBy: [], causes: [] };
    nodes.set(nameOf(ref), node);
    return node;
  };
  for (const link of links) {
    const to = nodeOf(link.to);
    to.builtBy.push(nodeOf(link.from));
    const { documentId } = link.to;
    if (link.moved) moved.set(documentId, (moved.get(documentId) ?? new Set()).add(to));
  }
  return { nodes, moved };
}

/** Adds the moved versions of one document to the causes of all that was built on them; answers the links it took. */
function followInput(moved: ReadonlySet<Node>): number {
  const seen = new Set(moved);
  const queue = [...moved].map((node) => ({
    node,
    cause: { input: node.ref, at: node.ref, next: null, distance: 0 } as Cause,
  }));
  let steps = 0;
  // The queue grows while it is gone through.
  for (const { node, cause: next } of queue) {
    for (const user of node.builtBy) {
      steps += 1;
      if (seen.has(user) || user.ref.documentId === next.input.documentId) continue;
      seen.add(user);
      const cause = { input: next.input, at: user.ref, next, distance: next.distance + 1 };
      user.causes.push(cause);
      queue.push({ node: user, cause });
    }
  }
  return steps;
}
