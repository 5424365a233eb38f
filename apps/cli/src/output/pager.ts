import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import type { Variables } from '../shell/config.ts';
import type { Shell } from '../shell/shell.ts';
import { ignoreInterrupts } from '../shell/stop-signal.ts';
import type { Output } from './output.ts';
import { openPager, type Pager, PagerClosed } from './pager-process.ts';

/** What `work` is given while its output may be paged. */
export type PagedWork<Result> = (out: Output, signal: AbortSignal) => Promise<Result>;

/**
 * Runs `work` with an output that goes through the person's pager once it is longer than the terminal.
 *
 * Plain when standard output is no terminal, under --json and --no-pager, and when the pager is `cat` or empty. What is
 * written streams into the pager and waits for it. Answers null when the person left the pager before the end: `work`
 * is then stopped at its next write, or by its signal, and that is no failure. Ctrl-C is the pager's while it is open.
 */
export async function withPager<Result>(shell: Shell, work: PagedWork<Result>): Promise<Result | null> {
  const command = pagerCommand(shell.variables);
  if (!shell.out.pages || command === null) return work(shell.out, shell.signal);
  const left = new AbortController();
  const writer = new PagedWriter(shell, { command, onLeft: () => left.abort(new PagerClosed()) });
  try {
    const out = shell.out.through((chunk) => writer.write(chunk));
    return await work(out, AbortSignal.any([shell.signal, left.signal]));
  } catch (error) {
    // However `work` words it, it ended because nobody reads it any more.
    if (left.signal.aborted) return null;
    throw error;
  } finally {
    await writer.end();
  }
}

/** The pager to run, by a shell as everywhere; null for none. */
export function pagerCommand(variables: Variables): string | null {
  const command = (variables['STEPLEDGER_PAGER'] ?? variables['PAGER'] ?? 'less').trim();
  return command === '' || command === 'cat' ? null : command;
}

interface PagedWriterOptions {
  command: string;
  onLeft: () => void;
}

/** Keeps what fits the terminal; what is longer goes to a pager. */
class PagedWriter {
  readonly #shell: Shell;
  readonly #options: PagedWriterOptions;
  readonly #lines: LineCounter;
  #kept: (string | Uint8Array)[] = [];
  #pager: Pager | undefined;
  #interrupts: Disposable | undefined;

  constructor(shell: Shell, options: PagedWriterOptions) {
    this.#shell = shell;
    this.#options = options;
    this.#lines = new LineCounter(shell.out.columns);
  }

  async write(chunk: string | Uint8Array): Promise<void> {
    if (this.#pager !== undefined) return this.#pager.write(chunk);
    this.#kept.push(chunk);
    // One line is the prompt that comes after.
    if (this.#lines.count(chunk) < this.#shell.out.rows) return;
    const { variables, out } = this.#shell;
    this.#interrupts = ignoreInterrupts();
    this.#pager = openPager(this.#options.command, { variables, out, onLeft: this.#options.onLeft });
    await this.#flush(this.#pager);
  }

  async end(): Promise<void> {
    if (this.#pager === undefined) return this.#flush(this.#shell.out);
    try {
      await this.#pager.end();
    } finally {
      this.#interrupts?.[Symbol.dispose]();
    }
  }

  async #flush(to: Pick<Pager, 'write'>): Promise<void> {
    const kept = this.#kept;
    this.#kept = [];
    for (const chunk of kept) await to.write(chunk);
  }
}

/** Counts the lines that a terminal needs, long ones as often as they are folded. */
class LineCounter {
  readonly #columns: number;
  readonly #decoder = new StringDecoder('utf8');
  #done = 0;
  #last = '';

  constructor(columns: number) {
    this.#columns = Math.max(columns, 1);
  }

  count(chunk: string | Uint8Array): number {
    const text = typeof chunk === 'string' ? chunk : this.#decoder.write(Buffer.from(chunk));
    const lines = (this.#last + text).split('\n');
    this.#last = lines.pop() ?? '';
    for (const line of lines) this.#done += this.#rowsOf(line);
    return this.#done + (this.#last === '' ? 0 : this.#rowsOf(this.#last));
  }

  #rowsOf(line: string): number {
    // Measuring is slow; what is this long fills any terminal.
    if (line.length > 100_000) return line.length / this.#columns;
    return Math.max(1, Math.ceil(stringWidth(stripVTControlCharacters(line)) / this.#columns));
  }
}
