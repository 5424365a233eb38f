import type { Entry } from '@stepledger/client';
import type { Style } from '../output/style.ts';
import { visibleLine } from '../output/visible.ts';
import { describeEntry } from './describe-entry.ts';

/** One line: time, run and revision, actor, kind, what was done, what went wrong. */
export function renderEntry(entry: Entry, { run, style }: { run: string; style: Style }): string {
  const { words, error, failed } = describeEntry(entry);
  const parts = [
    style('dim', toLocalTime(entry.at)),
    style('cyan', `${visibleLine(run)} r${entry.revision}`),
    visibleLine(entry.actor),
    style('bold', entry.kind),
    failed ? style('red', words) : words,
    ...(error === null ? [] : [style('red', `error: ${error}`)]),
  ];
  return parts.join('  ');
}

/** As the person's clock shows it, which sorts: `2026-11-27 10:00:00`. */
function toLocalTime(time: string): string {
  const date = new Date(time);
  const two = (number: number) => `${number}`.padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}
