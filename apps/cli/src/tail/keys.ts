import { createInterface, emitKeypressEvents } from 'node:readline';

export interface KeyActions {
  pause(): void;
  quit(): void;
  /** What is to be in the lines that are shown; an empty text shows all. */
  filter(text: string): void;
  /** Before a line is asked for, and after. */
  ask(): void;
}

interface Key {
  name?: string;
  ctrl?: boolean;
  sequence?: string;
}

/** Listens to single keys on the terminal: space or p, q or Ctrl-C, and / for a line. Restores it when disposed. */
export function openKeys(stdin: NodeJS.ReadStream, actions: KeyActions): Disposable {
  const terminal = { stdin, stop: () => stdin.setRawMode(false) };
  const onKey = (_: string | undefined, { name, ctrl, sequence }: Key) => {
    if (name === 'q' || (ctrl && (name === 'c' || name === 'd'))) return actions.quit();
    if (name === 'space' || name === 'p') return actions.pause();
    if (sequence === '/') askFilter();
  };
  const listen = () => {
    stdin.setRawMode(true);
    stdin.on('keypress', onKey);
    stdin.resume();
  };
  const askFilter = () => {
    stdin.off('keypress', onKey);
    actions.ask();
    // The library's line editor; it leaves the terminal as it was.
    const line = createInterface({ input: stdin, output: process.stderr, terminal: true });
    let answer: string | undefined;
    line.on('SIGINT', () => line.close());
    line.once('close', () => {
      listen();
      actions.filter(answer ?? '');
    });
    line.question('only lines with: ', (text) => {
      answer = text;
      line.close();
    });
  };
  emitKeypressEvents(stdin);
  listen();
  process.once('exit', terminal.stop);
  return {
    [Symbol.dispose]() {
      process.removeListener('exit', terminal.stop);
      stdin.off('keypress', onKey);
      terminal.stop();
      stdin.pause();
    },
  };
}
