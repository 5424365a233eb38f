import type { Variables } from '../shell/config.ts';
import { type Style, styleWith } from './style.ts';
import { visibleJson } from './visible.ts';

/** Columns where nobody says how wide the terminal is. */
const DEFAULT_COLUMNS = 100;

export interface OutputOptions {
  json: boolean;
  quiet: boolean;
  /** Whether large output may go through a pager; true when left out. */
  pager?: boolean;
  variables: Variables;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

/** Where commands write: results to standard output, everything said to people to standard error. */
export interface Output {
  /** Whether programs read it: `result` then writes JSON, and nothing else goes to standard output. */
  readonly json: boolean;
  readonly quiet: boolean;
  /** Whether standard output is a terminal, where stored texts must be made visible and are paged. */
  readonly isTerminal: boolean;
  /** Whether large output goes through a pager: a person reads it on a terminal, and nobody asked for none. */
  readonly pages: boolean;
  /** Whether progress can be shown: standard error is a terminal that can, and nobody asked for quiet. */
  readonly showsProgress: boolean;
  readonly columns: number;
  readonly rows: number;
  /** Colour on a terminal only, and not under NO_COLOR. */
  readonly style: Style;
  /** The one result of a command: one line of JSON under --json, else what `render` makes of it. */
  result(value: unknown, render: () => string): Promise<void>;
  /** One of many results, as they come: a line of JSON each under --json. */
  item(value: unknown, render: () => string): Promise<void>;
  /** Writes as it is, for stored texts and bytes; waits while the reader is slow. */
  write(chunk: string | Uint8Array): Promise<void>;
  /** For people, on standard error; not under --quiet. */
  say(line: string): void;
  /** For people, on standard error, also under --quiet. */
  warn(line: string): void;
  /** The same, with `write` in place of standard output. */
  through(write: Write): Output;
}

export type Write = (chunk: string | Uint8Array) => Promise<void>;

export function createOutput(options: OutputOptions): Output {
  return outputThrough((chunk) => writeTo(options.stdout, chunk), options);
}

function outputThrough(write: Write, options: OutputOptions): Output {
  const { json, quiet, pager = true, variables, stdout, stderr } = options;
  const asJson = (value: unknown) => `${visibleJson(JSON.stringify(value))}\n`;
  const asText = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`);
  return {
    json,
    quiet,
    isTerminal: stdout.isTTY === true,
    pages: stdout.isTTY === true && !json && pager,
    // A dumb terminal cannot go back over its line.
    showsProgress: stderr.isTTY === true && variables['TERM'] !== 'dumb' && !quiet && !json,
    get columns() {
      return stdout.columns ?? (Number(variables['COLUMNS']) || DEFAULT_COLUMNS);
    },
    get rows() {
      return stdout.rows ?? 0;
    },
    style: styleWith(stdout),
    result: async (value, render) => write(json ? asJson(value) : asText(render())),
    item: async (value, render) => write(json ? asJson(value) : asText(render())),
    write,
    say: (line) => {
      if (!quiet) stderr.write(`${line}\n`);
    },
    warn: (line) => void stderr.write(`${line}\n`),
    through: (other) => outputThrough(other, options),
  };
}

/** Resolves when the stream has taken it, so that a slow reader slows us down. */
function writeTo(stream: NodeJS.WriteStream, chunk: string | Uint8Array): Promise<void> {
  if (chunk.length === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
