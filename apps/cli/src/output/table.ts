import Table from 'cli-table3';
import stringWidth from 'string-width';
import { visibleLine } from './visible.ts';

/** The narrowest that a column is made before the table grows beyond the terminal. */
const MIN_COLUMN = 8;
const GAP = 2;

export interface TableOptions {
  /** The terminal's width; the widest columns are cut until the table fits. */
  columns: number;
  /** Which columns hold numbers, by their heading. */
  right?: readonly string[];
}

/** A table without lines that fits the terminal; cells are made visible and cut with an ellipsis. */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly unknown[])[],
  { columns, right = [] }: TableOptions,
): string {
  const cells = rows.map((row) => row.map(toCell));
  const widths = fit(
    head.map((title, index) =>
      Math.max(stringWidth(title), ...cells.map((row) => stringWidth(row[index] ?? ''))),
    ),
    columns,
  );
  const table = new Table({
    head: [...head],
    // cli-table3 counts the padding into a column's width and refuses columns of no width.
    colWidths: widths.map((width) => Math.max(width, 1) + GAP),
    colAligns: head.map((title) => (right.includes(title) ? 'right' : 'left')),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
  });
  table.push(...cells);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Takes from the widest column until all fit, as far as that goes. */
function fit(widths: readonly number[], columns: number): number[] {
  const fitted = [...widths];
  const total = () => fitted.reduce((sum, width) => sum + width + GAP, -GAP);
  while (total() > columns) {
    const widest = Math.max(...fitted);
    if (widest <= MIN_COLUMN) break;
    const next = Math.max(MIN_COLUMN, ...fitted.filter((width) => width < widest));
    const index = fitted.indexOf(widest);
    fitted[index] = Math.max(next === widest ? widest - 1 : next, widest - (total() - columns), MIN_COLUMN);
  }
  return fitted;
}

function toCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  return visibleLine(
    typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value),
  );
}

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};
