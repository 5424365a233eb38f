import ora from 'ora';
import type { Output } from './output.ts';
import { visibleLine } from './visible.ts';

export interface ProgressOptions {
  /** What is done, such as `Exporting todo-app`. Made visible. */
  label: string;
  /** How much there is to do; it can also be told later. Without it a count is shown and no bar. */
  total?: number;
  /** What is counted, such as `entries`. */
  unit?: string;
}

/** How far long work is, on standard error's terminal. */
export interface Progress extends Disposable {
  advance(by?: number): void;
  update(state: { done?: number; total?: number }): void;
}

/** Cells of a bar. */
const BAR_WIDTH = 24;

/**
 * Shows a bar, or a spinner with a count, until it is disposed; nothing when standard error is no terminal, under
 * --quiet and --json.
 *
 * Its line goes away at the end, also at Ctrl-C, and makes room for whatever is written meanwhile. One at a time.
 */
export function openProgress(out: Output, { label, total, unit }: ProgressOptions): Progress {
  const state: ProgressState = { done: 0, total };
  if (!out.showsProgress) return SILENT;
  const text = () => renderProgress({ label, unit }, state);
  // The keyboard stays as it is: Ctrl-C is a signal, and a pasted line is for the shell.
  const spinner = ora({ text: text(), discardStdin: false, isEnabled: true }).start();
  const stop = () => void spinner.stop();
  process.once('exit', stop);
  return {
    advance(by = 1) {
      state.done += by;
      spinner.text = text();
    },
    update(news) {
      Object.assign(state, news);
      spinner.text = text();
    },
    [Symbol.dispose]() {
      process.removeListener('exit', stop);
      stop();
    },
  };
}

interface ProgressState {
  done: number;
  total: number | undefined;
}

/** One line of how far it is. */
export function renderProgress(
  { label, unit }: Pick<ProgressOptions, 'label'> & { unit: string | undefined },
  { done, total }: ProgressState,
): string {
  const name = visibleLine(label);
  const counted = unit === undefined ? '' : ` ${unit}`;
  if (total === undefined) return done === 0 ? name : `${name} ${done.toLocaleString('en')}${counted}`;
  // What was announced may turn out to be too little; a bar is never more than full.
  const share = total === 0 ? 1 : Math.min(done / total, 1);
  const full = Math.floor(share * BAR_WIDTH);
  const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
  const numbers = `${done.toLocaleString('en')} of ${total.toLocaleString('en')}${counted}`;
  return `${name} ${bar} ${Math.floor(share * 100)} % (${numbers})`;
}

const SILENT: Progress = {
  advance: () => undefined,
  update: () => undefined,
  [Symbol.dispose]: () => undefined,
};
