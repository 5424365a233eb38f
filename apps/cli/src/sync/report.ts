import type { Output } from '../output/output.ts';
import { visibleLine } from '../output/visible.ts';
import { ACTIONS, type Action, isChange, needsPerson } from './pass/actions.ts';

/** What one sync answers under --json. */
export interface SyncReport {
  runId: string;
  directory: string;
  layout: string;
  dryRun: boolean;
  actions: Action[];
}

/** The actions a line each, those that need a person last; '' when there are none. */
export function renderReport({ actions, dryRun }: SyncReport, { style }: Output): string {
  const ordered = [...actions.filter((action) => !needsPerson(action)), ...actions.filter(needsPerson)];
  const words = ordered.map(({ action }) => ACTIONS[action]);
  const width = Math.max(0, ...words.map(({ length }) => length));
  const lines = ordered.map((action, index) => {
    const word = (words[index] ?? '').padEnd(width);
    const shown = needsPerson(action) ? style('red', word) : isChange(action) ? style('green', word) : word;
    const reason = action.reason === null ? '' : `: ${visibleLine(action.reason)}`;
    return `${shown} ${nameOf(action)}${reason}`;
  });
  if (dryRun && lines.length > 0) lines.push('Nothing was written: this is what sync would do.');
  return lines.join('\n');
}

function nameOf({ path, kind, key, version }: Action): string {
  const name = path ?? (kind === null ? '' : `${kind}/${key}`);
  return `${visibleLine(name)}${version === null ? '' : ` @${version}`}`;
}

/** One line that says how it went, for people. */
export function summarise({ actions }: SyncReport): string {
  const waiting = actions.filter(needsPerson).length;
  const changed = actions.filter(isChange).length;
  if (waiting > 0) return `${changed} synced, ${waiting} need${waiting === 1 ? 's' : ''} you.`;
  return changed === 0 ? 'Both sides are the same.' : `${changed} synced.`;
}
