import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Variables } from '../shell/config.ts';
import { spawnOnTerminal } from '../shell/spawn-on-terminal.ts';
import type { Output } from './output.ts';

/** Somebody left the pager: there is nobody to write for. */
export class PagerClosed extends Error {
  override readonly name = 'PagerClosed';
  constructor() {
    super('The pager was left');
  }
}

export interface Pager {
  /** Waits until the pager has taken it; throws PagerClosed when it was left. */
  write(chunk: string | Uint8Array): Promise<void>;
  /** Tells the pager that this is all, and waits until the person has left it. */
  end(): Promise<void>;
}

export interface PagerOptions {
  variables: Variables;
  /** Where to write instead when the command cannot be run. */
  out: Output;
  onLeft: () => void;
}

/** As a shell says it: not to be executed, not found. */
const CANNOT_RUN: readonly (number | null)[] = [126, 127];
/**
 * What is written before a pager that is not there is missed. The pipe takes less than this from a process that reads
 * nothing, so past it the pager is there.
 */
const MAX_REPEATED_BYTES = 2 ** 20;
/** What is written at once; a large text would otherwise stand in memory twice. */
const MAX_PIECE_BYTES = 2 ** 16;

/** Starts a pager on this terminal. One that is missing is told once, and the output is then plain. */
export function openPager(command: string, options: PagerOptions): Pager {
  return new ShellPager(command, options);
}

class ShellPager implements Pager {
  readonly #command: string;
  readonly #options: PagerOptions;
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  /** What to write again should the pager be missing; null once it is known to be there. */
  #repeat: Uint8Array[] | null = [];
  #repeatedBytes = 0;
  #state: 'open' | 'left' | 'missing' = 'open';

  constructor(command: string, options: PagerOptions) {
    this.#command = command;
    this.#options = options;
    const { variables } = options;
    this.#child = spawnOnTerminal(command, [], {
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { ...variables, LESS: variables['LESS'] ?? 'FRX', LV: variables['LV'] ?? '-c' },
    });
    // Told by the end of the process.
    this.#child.stdin?.on('error', () => undefined);
    this.#closed = this.#watch();
  }

  async write(chunk: string | Uint8Array): Promise<void> {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    for (let at = 0; at < bytes.length; at += MAX_PIECE_BYTES) {
      await this.#writePiece(bytes.subarray(at, at + MAX_PIECE_BYTES));
    }
  }

  async end(): Promise<void> {
    this.#child.stdin?.end();
    await this.#closed;
    if (this.#state === 'missing') await this.#writeAgain();
  }

  async #writePiece(bytes: Uint8Array): Promise<void> {
    if (this.#state === 'open') {
      this.#remember(bytes);
      if (await this.#send(bytes)) return;
      await this.#closed;
    } else if (this.#state === 'missing') {
      await this.#writeAgain();
      return this.#options.out.write(bytes);
    }
    if (this.#state === 'left') throw new PagerClosed();
    await this.#writeAgain();
  }

  #send(bytes: Uint8Array): Promise<boolean> {
    return new Promise((resolve) => {
      this.#child.stdin?.write(bytes, (error) => resolve(!error));
    });
  }

  #remember(bytes: Uint8Array): void {
    if (this.#repeat === null) return;
    this.#repeat.push(bytes);
    this.#repeatedBytes += bytes.length;
    if (this.#repeatedBytes > MAX_REPEATED_BYTES) this.#repeat = null;
  }

  async #writeAgain(): Promise<void> {
    const repeat = this.#repeat ?? [];
    this.#repeat = null;
    for (const bytes of repeat) await this.#options.out.write(bytes);
  }

  async #watch(): Promise<void> {
    const code = await once(this.#child, 'close').then(
      ([code]) => code as number | null,
      // Not even the shell could be started.
      () => 127,
    );
    if (this.#repeat !== null && CANNOT_RUN.includes(code)) {
      this.#state = 'missing';
      this.#options.out.warn(`The pager \`${this.#command}\` cannot be run; --no-pager does without.`);
      return;
    }
    this.#state = 'left';
    this.#options.onLeft();
  }
}
