import type { Entry } from '@stepledger/client';
import { formatTime } from '../output/format.ts';
import type { Style } from '../output/style.ts';
import { visibleLine } from '../output/visible.ts';
import { describeEntry } from './describe-entry.ts';

/** One line: time, run and revision, actor, kind, what was done, what went wrong. */
export function renderEntry(entry: Entry, { run, style }: { run: string; style: Style }): string {
  const { words, error, failed } = describeEntry(entry);
  const parts = [
    style('dim', formatTime(entry.at)),
    style('cyan', `${visibleLine(run)} r${entry.revision}`),
    visibleLine(entry.actor),
    style('bold', entry.kind),
    failed ? style('red', words) : words,
    ...(error === null ? [] : [style('red', `error: ${error}`)]),
  ];
  return parts.join('  ');
}
