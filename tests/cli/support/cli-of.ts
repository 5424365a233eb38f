import { expect } from 'vitest';
import { type CliOptions, type CliResult, runCli } from './run-cli.ts';

export interface Cli {
  /** Runs the command line against the server. */
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** The lines that a command prints when it succeeds and says nothing else. */
  lines(args: readonly string[], options?: CliOptions): Promise<string[]>;
  /** The same with --json, each line as the value that it is. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever comes.
  jsonLines(args: readonly string[]): Promise<any[]>;
  /** What a command says that fails. */
  refused(args: readonly string[]): Promise<{ code: number | null; stdout: string; said: string[] }>;
}

/** The command line as tests of its output want it, against a server that may still have to start. */
export function cliOf(server: () => { url: string }): Cli {
  const cli: Cli = {
    run: (args, options = {}) =>
      runCli(args, { url: server().url, ...options, env: { TZ: 'UTC', ...options.env } }),
    async lines(args, options) {
      const { code, stdout, stderr } = await cli.run(args, options);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return stdout.split('\n');
    },
    jsonLines: async (args) =>
      (await cli.lines([...args, '--json'])).filter((line) => line !== '').map((line) => JSON.parse(line)),
    async refused(args) {
      const { code, stdout, stderr } = await cli.run(args);
      return { code, stdout, said: stderr.trimEnd().split('\n') };
    },
  };
  return cli;
}
