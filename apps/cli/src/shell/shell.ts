import { createStepledger, type Stepledger } from '@stepledger/client';
import { createOutput, type Output } from '../output/output.ts';
import { type Config, loadConfig, type Variables } from './config.ts';

/** What every command works with. Nothing is read or sent before a command asks for it. */
export interface Shell {
  readonly variables: Variables;
  /** Flags, environment and `.stepledger/config`, once the command line was read. */
  readonly config: Config;
  readonly ledger: Stepledger;
  /** A client that goes on after Ctrl-C, for what has to be cleaned up. */
  connectForCleanUp(): Stepledger;
  readonly out: Output;
  /** Fires at Ctrl-C and SIGTERM. A command that cleans up listens to it; a second signal ends the process at once. */
  readonly signal: AbortSignal;
  /** Where relative paths start. */
  readonly directory: string;
}

export interface GlobalOptions {
  server?: string;
  token?: string;
  project?: string;
  actor?: string;
  run?: string;
  json?: true;
  quiet?: true;
  /** False by --no-pager. */
  pager?: boolean;
}

/** A shell whose parts are made when they are first used, out of the options that `configure` was given. */
export class LazyShell implements Shell {
  readonly variables: Variables;
  readonly signal: AbortSignal;
  readonly directory = process.cwd();
  readonly #settings: { flags: GlobalOptions; config?: Config; ledger?: Stepledger; out?: Output } = {
    flags: {},
  };

  constructor(variables: Variables, signal: AbortSignal) {
    this.variables = variables;
    this.signal = signal;
  }

  configure(flags: GlobalOptions): void {
    this.#settings.flags = flags;
  }

  get config(): Config {
    const { flags } = this.#settings;
    this.#settings.config ??= loadConfig({
      flags: { ...flags },
      variables: this.variables,
      directory: this.directory,
    });
    return this.#settings.config;
  }

  get ledger(): Stepledger {
    this.#settings.ledger ??= this.#connect(this.signal);
    return this.#settings.ledger;
  }

  get out(): Output {
    const { json, quiet, pager } = this.#settings.flags;
    this.#settings.out ??= createOutput({
      json: json === true,
      quiet: quiet === true,
      pager: pager !== false,
      variables: this.variables,
      stdout: process.stdout,
      stderr: process.stderr,
    });
    return this.#settings.out;
  }

  connectForCleanUp(): Stepledger {
    return this.#connect(undefined);
  }

  #connect(signal: AbortSignal | undefined): Stepledger {
    const { url, token, project, actor } = this.config;
    return createStepledger({ url, token, project, actor, signal, spool: false });
  }
}
