import type { RunDiffItem } from '@stepledger/client';
import type { Differences } from './tell-differences.ts';

/** A diff in the words of `tellDifferences`: exchanges by their order in the step, as the diff has paired them. */
export function tellDiff(
  items: readonly RunDiffItem[],
  nameOf: (exchangeId: string) => string | undefined,
): Differences {
  const told = items.map((item): [string, string[]] => [
    `${item.what} ${nameOfItem(item, nameOf)}`,
    differsOf(item),
  ]);
  return Object.fromEntries(told.filter(([, differs]) => differs.length > 0));
}

function nameOfItem(item: RunDiffItem, nameOf: (exchangeId: string) => string | undefined): string {
  if (item.what === 'run') return '';
  if (item.what === 'document') return `${item.kind}/${item.key}`;
  if (item.what === 'step') return `${item.step.name}/${item.step.key}`;
  const { from, to } = item;
  const names = new Set([from, to].flatMap((side) => (side ? [nameOf(side.exchangeId)] : [])));
  return [...names].join(' with ');
}

function differsOf(item: RunDiffItem): string[] {
  if (item.change !== 'changed') return [item.change];
  if (item.what === 'exchange') {
    // Of a purged exchange no read tells what it used.
    const isPurged = item.from?.purged || item.to?.purged;
    return item.differs.filter((aspect) => !(isPurged && aspect === 'uses')).sort();
  }
  if (item.what !== 'document') return item.differs.toSorted();
  return [...item.attributes, ...(item.text ? ['text'] : [])].sort();
}

/** Every difference as it looks from the other side; patches and the order are not looked at. */
export function mirrored(items: readonly RunDiffItem[]): object[] {
  return inOrder(
    items.map((item) => ({
      ...comparable(item),
      change: item.change === 'added' ? 'removed' : item.change === 'removed' ? 'added' : item.change,
      from: item.to,
      to: item.from,
      ...('uses' in item && { uses: item.uses.map(flip), parsed: item.parsed.map(flip) }),
      ...('text' in item && item.text && { added: item.text.removed, removed: item.text.added }),
    })),
  );
}

export function plain(items: readonly RunDiffItem[]): object[] {
  return inOrder(
    items.map((item) => ({
      ...comparable(item),
      ...('text' in item && item.text && { added: item.text.added, removed: item.text.removed }),
    })),
  );
}

function comparable(item: RunDiffItem) {
  return 'text' in item ? { ...item, text: item.text?.reason } : item;
}

function flip<Sides extends { from: unknown; to: unknown }>(pair: Sides) {
  return { ...pair, from: pair.to, to: pair.from };
}

function inOrder(items: object[]): object[] {
  return items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
