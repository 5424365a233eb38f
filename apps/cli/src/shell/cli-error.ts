import { EXIT, type ExitCode } from './exit-codes.ts';

/** A failure that a person can act on: one line what, one line what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;

  constructor(
    message: string,
    { hint, exitCode = EXIT.failed, cause }: { hint?: string; exitCode?: ExitCode; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

/** A wrong argument, option or configuration. */
export function usageError(message: string, hint?: string): CliError {
  return new CliError(message, { exitCode: EXIT.usage, ...(hint !== undefined && { hint }) });
}
