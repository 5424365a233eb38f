import { type AnyStepledgerError, isLedgerError } from '@stepledger/client';
import { CommanderError } from 'commander';
import { visible, visibleLine } from '../output/visible.ts';
import { CliError } from './cli-error.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts';

export interface Explanation {
  exitCode: ExitCode;
  /** A stable word for programs: the error's code, or USAGE, FAILED, INTERNAL. */
  code: string;
  /** Safe for a terminal and one line, but for a fault of ours, which comes with its stack. */
  message: string;
  /** What to do about it; safe for a terminal. */
  hint?: string;
  details?: unknown;
}

/** What a person reads of a failure, and what the process answers. */
export function explain(error: unknown): Explanation {
  const { message, hint, ...others } = toExplanation(error);
  return {
    ...others,
    // What was given, from the command line or from a file, is in there.
    message: others.exitCode === EXIT.internal ? visible(message) : visibleLine(message),
    ...(hint !== undefined && { hint: visible(hint) }),
  };
}

function toExplanation(error: unknown): Explanation {
  if (isLedgerError(error)) return explainLedgerError(error);
  if (error instanceof CommanderError) return explainUsage(error);
  if (error instanceof CliError) {
    const { message, hint, exitCode } = error;
    return {
      exitCode,
      code: exitCode === EXIT.usage ? 'USAGE' : 'FAILED',
      message,
      ...(hint !== undefined && { hint }),
    };
  }
  // Ctrl-C, where no call was under way that would say so itself.
  if (error instanceof Error && error.name === 'AbortError') {
    return { exitCode: EXIT.interrupted, code: 'ABORTED', message: 'It was stopped' };
  }
  if (error instanceof Error && isSystemError(error)) {
    const hint = SYSTEM_HINTS[error.code];
    return {
      exitCode: EXIT.failed,
      code: 'FAILED',
      message: error.message,
      ...(hint !== undefined && { hint }),
    };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    exitCode: EXIT.internal,
    code: 'INTERNAL',
    message,
    hint: 'This is a fault of Stepledger; please report it with the lines above.',
  };
}

/** Commander puts `error: ` in front, and what may have been meant on a line of its own. */
function explainUsage({ message }: CommanderError): Explanation {
  const [, what = message, meant] = /^(?:error: )?(.*?)(?:\n\((Did you mean .*\?)\))?$/s.exec(message) ?? [];
  const help = '`stepledger --help` lists the commands, `stepledger COMMAND --help` tells of one.';
  return {
    exitCode: EXIT.usage,
    code: 'USAGE',
    message: what,
    hint: meant === undefined ? help : `${meant} ${help}`,
  };
}

function explainLedgerError(error: AnyStepledgerError): Explanation {
  const hint = hintFor(error);
  return {
    exitCode: exitCodeOf(error.code),
    code: error.code,
    message: error.message,
    details: error.details,
    ...(hint !== undefined && { hint }),
  };
}

/** Where to look for what was not found. */
const LISTED_BY: Readonly<Record<string, string>> = {
  project: '`stepledger projects list` shows those there are.',
  run: '`stepledger runs list` shows those there are.',
  document: "`stepledger show RUN` lists a run's documents.",
  'document version': '`stepledger log DOC` lists its versions.',
  exchange: "`stepledger show RUN` lists a run's exchanges.",
  'api key': '`stepledger keys list` shows those there are.',
};

function hintFor(error: AnyStepledgerError): string | undefined {
  switch (error.code) {
    case 'UNREACHABLE':
      return 'Start a server with `stepledger serve`, or name another by --server or STEPLEDGER_URL.';
    case 'UNEXPECTED_ANSWER':
      return error.details.hint;
    case 'UNAUTHENTICATED':
      return 'Give a key by STEPLEDGER_TOKEN or in .stepledger/config; `stepledger keys create` makes one.';
    case 'FORBIDDEN':
      return 'Use a key with more access: `stepledger keys create --access ...` makes one.';
    case 'VERSION_CONFLICT':
    case 'INPUTS_MOVED':
      return 'Read what is there now and try again; nothing was overwritten.';
    case 'DELETED':
      return error.details.type === 'document' && error.details.version > 1
        ? `\`stepledger cat ${error.details.id}@${error.details.version - 1}\` prints it as it was; \`stepledger documents undelete\` brings it back.`
        : undefined;
    case 'BAD_INPUT':
      return '`--help` behind the command says what it takes.';
    case 'INVALID_CONFIG':
      return 'Put it right where it stands: as a flag, a STEPLEDGER_ variable, or in .stepledger/config.';
    case 'TIMEOUT':
      return '`stepledger doctor` tells whether the server answers.';
    case 'NOT_FOUND':
      return LISTED_BY[error.details.type];
    default:
      return undefined;
  }
}

/** What to do about the failures of the operating system that people meet. */
const SYSTEM_HINTS: Readonly<Record<string, string>> = {
  ENOENT: 'Check the path.',
  ENOTDIR: 'Check the path: a part of it is a file.',
  EISDIR: 'Name a file; this is a directory.',
  EEXIST: 'Name another path; there is something else at this one.',
  EACCES: 'Check who may read and write there.',
  EPERM: 'Check who may read and write there.',
  EROFS: 'Name a path that can be written to.',
  ENOSPC: 'Make room on the disk, then try again.',
};

/** A failure of the operating system, such as a file that is not there: its message says what and where. */
function isSystemError(error: Error): error is Error & { code: string } {
  return 'code' in error && typeof error.code === 'string' && 'syscall' in error;
}
