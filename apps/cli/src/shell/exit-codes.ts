import type { StepledgerErrorCode } from '@stepledger/client';

/** What the process answers; docs/cli.md lists them. */
export const EXIT = {
  ok: 0,
  /** It was done and there is something to look at: a conflict, a check that failed; or it could not be done. */
  failed: 1,
  /** The command line, the configuration or the input is wrong. */
  usage: 2,
  /** What was named is not there: never was, was deleted or purged. */
  notFound: 3,
  /** Somebody else was there first: read again, merge, retry. */
  conflict: 4,
  /** The API key is missing, wrong, or may not do this. */
  refused: 5,
  /** No server answered, or not in time. */
  unreachable: 6,
  /** A fault of ours. */
  internal: 70,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BY_CODE: Partial<Record<StepledgerErrorCode, ExitCode>> = {
  BAD_INPUT: EXIT.usage,
  INVALID_CONFIG: EXIT.usage,
  UNKNOWN_STEP: EXIT.usage,
  TOO_LARGE: EXIT.usage,
  UNSUPPORTED_SYNTAX: EXIT.usage,
  NOT_FOUND: EXIT.notFound,
  DELETED: EXIT.notFound,
  PURGED: EXIT.notFound,
  ALREADY_EXISTS: EXIT.conflict,
  VERSION_CONFLICT: EXIT.conflict,
  INPUTS_MOVED: EXIT.conflict,
  CLAIM_LOST: EXIT.conflict,
  CYCLE: EXIT.conflict,
  IDEMPOTENCY_CONFLICT: EXIT.conflict,
  INVALID_STATE: EXIT.conflict,
  UNAUTHENTICATED: EXIT.refused,
  FORBIDDEN: EXIT.refused,
  UNREACHABLE: EXIT.unreachable,
  UNEXPECTED_ANSWER: EXIT.unreachable,
  TIMEOUT: EXIT.unreachable,
  UNAVAILABLE: EXIT.unreachable,
  ABORTED: EXIT.interrupted,
};

/** The exit code of a failure of the client or the server. */
export function exitCodeOf(code: StepledgerErrorCode): ExitCode {
  return BY_CODE[code] ?? EXIT.failed;
}
