import type { Step } from '@stepledger/client';

export interface TreeStep {
  step: Step;
  /** How many steps it is inside of. */
  depth: number;
}

/** Each step followed by those that are part of it. One whose parent was not loaded stands on its own. */
export function toTree(steps: readonly Step[]): TreeStep[] {
  const known = new Set(steps.map(({ id }) => id));
  const children = new Map<string | null, Step[]>();
  for (const step of steps) {
    const parent = step.parentStepId !== null && known.has(step.parentStepId) ? step.parentStepId : null;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [step]);
    else siblings.push(step);
  }
  const tree: TreeStep[] = [];
  const waiting = (children.get(null) ?? []).map((step) => ({ step, depth: 0 })).reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    tree.push(next);
    const { depth } = next;
    const inside = (children.get(next.step.id) ?? []).map((step) => ({ step, depth: depth + 1 }));
    waiting.push(...inside.reverse());
  }
  return tree;
}
