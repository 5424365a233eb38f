import { formatCount, formatCountOf } from '../output/format.ts';
import type { Style } from '../output/style.ts';
import type { ItemLines } from './describe-items.ts';
import type { Fold } from './fold.ts';
import type { ItemNode, ParseNode, StepItems } from './run-tree.ts';

export interface TreeOptions {
  style: Style;
  /** Levels that are shown: 1 is the steps that stand in no other. */
  depth: number;
}

interface Row {
  line: string;
  children: readonly Row[];
}

/** A run's tree, drawn as `tree` draws directories. */
export function renderTree(root: StepItems, lines: ItemLines, { style, depth }: TreeOptions): string {
  const rows = toRows(root, { lines, style, depth });
  return rows.flatMap((row) => [row.line, ...draw(row.children, { style, indent: '' })]).join('\n');
}

interface RowOptions extends TreeOptions {
  lines: ItemLines;
}

function toRows({ shown, hidden }: StepItems, options: RowOptions): Row[] {
  const { exchange, document, step, failed } = hidden;
  const parts = [
    ...(step === 0 ? [] : [formatCountOf(step, 'step')]),
    ...(exchange === 0 ? [] : [formatCountOf(exchange, 'exchange')]),
    ...(failed === 0 ? [] : [`${formatCount(failed)} of them failed`]),
    ...(document === 0 ? [] : [formatCountOf(document, 'document')]),
  ];
  return foldRows(shown, (node) => toRow(node, options), {
    gap: `… ${parts.join(', ')} (--all shows them)`,
    style: options.style,
  });
}

function toRow(node: ItemNode, options: RowOptions): Row {
  const { lines, depth } = options;
  const below = { ...options, depth: depth - 1 };
  const isCut = below.depth <= 0;
  switch (node.type) {
    case 'step':
      return isCut
        ? { line: `${lines.step(node.step)}${insideOf(node.items)}`, children: [] }
        : { line: lines.step(node.step), children: toRows(node.items, below) };
    case 'exchange':
      return {
        line: lines.exchange(node.exchange),
        children: isCut
          ? []
          : foldRows(node.parses, (parse) => toParseRow(parse, below), fewer(below, 'parse')),
      };
    case 'document':
      return { line: lines.document(node.document), children: [] };
  }
}

function toParseRow(node: ParseNode, options: RowOptions): Row {
  const { lines, depth } = options;
  return {
    line: lines.parse(node.parse),
    children:
      depth <= 1
        ? []
        : foldRows(
            node.documents,
            (document) => ({ line: lines.made(document), children: [] }),
            fewer(options, 'document'),
          ),
  };
}

/** What a step holds that is too deep to be shown. */
function insideOf({ shown }: StepItems): string {
  return shown.count === 0 ? '' : `  (${formatCount(shown.count)} inside)`;
}

interface GapOptions {
  /** The line in place of what is left out; made of how many there are. */
  gap: string | ((hidden: number) => string);
  style: Style;
}

function fewer({ style }: RowOptions, word: string): GapOptions {
  return { style, gap: (hidden) => `… ${formatCountOf(hidden, word)} (--all shows them)` };
}

function foldRows<Item>(fold: Fold<Item>, toItemRow: (item: Item) => Row, { gap, style }: GapOptions): Row[] {
  const hidden = fold.hidden;
  const line = typeof gap === 'string' ? gap : gap(hidden);
  return [
    ...fold.first.map(toItemRow),
    ...(hidden === 0 ? [] : [{ line: style('dim', line), children: [] }]),
    ...fold.last.map(toItemRow),
  ];
}

function draw(rows: readonly Row[], { style, indent }: { style: Style; indent: string }): string[] {
  return rows.flatMap(({ line, children }, index) => {
    const isLast = index === rows.length - 1;
    const branch = style('dim', `${indent}${isLast ? '└─' : '├─'}`);
    return [`${branch} ${line}`, ...draw(children, { style, indent: `${indent}${isLast ? '   ' : '│  '}` })];
  });
}
