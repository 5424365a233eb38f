import { type ConnectionEvent, type Entry, isLedgerError, type RouterInputs } from '@stepledger/client';
import type { EntryFilter } from '../entries/entry-filter.ts';
import { visibleLine } from '../output/visible.ts';
import type { Shell } from '../shell/shell.ts';
import { createPrinter, type EntryPrinter } from './entry-printer.ts';
import { openKeys } from './keys.ts';
import { LiveFeed } from './live-feed.ts';

export interface FollowOptions {
  begin: RouterInputs['entries']['subscribe'];
  /** Entries to show first; what comes of them a second time is left out. */
  past: readonly Entry[];
  filter: EntryFilter;
}

/** Prints entries as they come until the person ends it, which is no failure. */
export async function follow(shell: Shell, { begin, past, filter }: FollowOptions): Promise<void> {
  const { ledger, out } = shell;
  const quit = new AbortController();
  const signal = AbortSignal.any([shell.signal, quit.signal]);
  const printer = createPrinter(ledger, out, filter);
  const status = createStatusLine(out.isTerminal && !out.json && !out.quiet);
  const feed = new LiveFeed(ledger, {
    begin,
    signal,
    onConnection: tellConnection((line) => status.say(line, out.say)),
    onHeld: (count) => status.show(`paused, ${count.toLocaleString('en')} more; space goes on`),
  });
  using _keys = listenToKeys(shell, { feed, printer, status, quit });
  const shown = new Map<string, number>();
  try {
    for (const entry of past) {
      await printer.print(entry, signal);
      shown.set(entry.runId, Math.max(entry.revision, shown.get(entry.runId) ?? 0));
    }
    for await (const entry of feed.entries()) {
      if (entry.revision > (shown.get(entry.runId) ?? 0)) await printer.print(entry, signal);
    }
  } catch (error) {
    if (!signal.aborted || !isEnd(error)) throw error;
  } finally {
    status.clear();
  }
}

function isEnd(error: unknown): boolean {
  return isLedgerError(error, 'ABORTED') || (error instanceof Error && error.name === 'AbortError');
}

/** Says once that the connection is lost, and that it is back. */
function tellConnection(say: (line: string) => void): (event: ConnectionEvent) => void {
  let state: 'new' | ConnectionEvent['state'] = 'new';
  return (event) => {
    if (event.state === 'lost' && state === 'connected') {
      say(`The connection is lost, and is tried again: ${visibleLine(event.error.message)}`);
    }
    if (event.state === 'connected' && state === 'lost') say('The connection is back; nothing was missed.');
    // What was never there is not lost.
    if (event.state === 'connected' || state !== 'new') state = event.state;
  };
}

interface Followed {
  feed: LiveFeed;
  printer: EntryPrinter;
  status: StatusLine;
  quit: AbortController;
}

/** Only where a person sits at both ends. */
function listenToKeys({ out }: Shell, { feed, printer, status, quit }: Followed): Disposable {
  const { stdin } = process;
  if (!stdin.isTTY || !out.isTerminal || out.json) return { [Symbol.dispose]: () => undefined };
  const release = () => {
    status.clear();
    feed.release();
  };
  out.say(out.style('dim', 'space pauses, / filters, q ends'));
  return openKeys(stdin, {
    quit: () => quit.abort(),
    pause: () => {
      if (feed.isHeld) return release();
      feed.hold();
      status.show('paused; space goes on');
    },
    ask: () => {
      status.clear();
      feed.hold();
    },
    filter: (text) => {
      printer.contained = text;
      release();
    },
  });
}

interface StatusLine {
  show(text: string): void;
  clear(): void;
  /** Says a whole line, with the status line away while it does. */
  say(line: string, say: (line: string) => void): void;
}

const CLEAR_LINE = '\r\u001b[K';

/** A line at the end of a terminal that says how things are. */
function createStatusLine(isShown: boolean): StatusLine {
  let shown = '';
  const write = (text: string) => {
    if (isShown && process.stderr.isTTY) process.stderr.write(text);
  };
  return {
    show(text) {
      shown = text;
      write(`${CLEAR_LINE}${text}`);
    },
    clear() {
      if (shown !== '') write(CLEAR_LINE);
      shown = '';
    },
    say(line, say) {
      if (shown !== '') write(CLEAR_LINE);
      say(line);
      if (shown !== '') write(shown);
    },
  };
}
