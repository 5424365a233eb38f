import { type AnyStepledgerError, isLedgerError } from '@stepledger/client';
import { visible } from '../output/visible.ts';
import { CliError } from './cli-error.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts';

export interface Explanation {
  exitCode: ExitCode;
  /** A stable word for programs: the error's code, or USAGE, FAILED, INTERNAL. */
  code: string;
  message: string;
  /** What to do about it. */
  hint?: string;
  details?: unknown;
}

/** What a person reads of a failure, and what the process answers. */
export function explain(error: unknown): Explanation {
  if (isLedgerError(error)) return explainLedgerError(error);
  if (error instanceof CliError) {
    const { message, hint, exitCode } = error;
    return {
      exitCode,
      code: exitCode === EXIT.usage ? 'USAGE' : 'FAILED',
      message,
      ...(hint !== undefined && { hint }),
    };
  }
  if (error instanceof Error && isSystemError(error)) {
    return { exitCode: EXIT.failed, code: 'FAILED', message: error.message };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    exitCode: EXIT.internal,
    code: 'INTERNAL',
    message,
    hint: 'This is a fault of Stepledger; please report it with the lines above.',
  };
}

function explainLedgerError(error: AnyStepledgerError): Explanation {
  const hint = hintFor(error);
  return {
    exitCode: exitCodeOf(error.code),
    code: error.code,
    message: visible(error.message),
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
    case 'TIMEOUT':
      return '`stepledger doctor` tells whether the server answers.';
    case 'NOT_FOUND':
      return LISTED_BY[error.details.type];
    default:
      return undefined;
  }
}

/** A failure of the operating system, such as a file that is not there: its message says what and where. */
function isSystemError(error: Error): boolean {
  return 'code' in error && 'syscall' in error;
}
