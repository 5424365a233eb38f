import type { ErrorDetails, FieldIssue } from '@stepledger/contract';

/** What went wrong on this side of the wire, or on the way to the server. */
export interface ClientErrorDetails {
  /** No answer came. `retryable` is false where trying again cannot help, such as a refused certificate. */
  UNREACHABLE: { url: string; reason: string; hint: string; retryable: boolean };
  /** An answer came that no Stepledger server gives: a wrong url, or a proxy in between. */
  UNEXPECTED_ANSWER: { url: string; status: number; hint: string };
  /** The call, with its retries, took longer than it may. A write may have happened all the same. */
  TIMEOUT: { timeoutMs: number; lastFailure: string | null };
  /** The caller's signal fired. A write may have happened all the same. */
  ABORTED: { reason: string };
  /** The options of `createStepledger` are wrong; all faults together. */
  INVALID_CONFIG: { issues: FieldIssue[] };
  /** The handle does not hold the text of its version; `reload()` fetches it. */
  TEXT_NOT_LOADED: { documentId: string; version: number };
  /** A barrier was reached and not everything that was recorded is stored; what is spooled will be delivered later. */
  NOT_STORED: { inFlight: string[]; spooled: number; failures: RecordingFailure[] };
  /** The call could not be kept on disk until the server can be reached, as the spool holds all that it may. */
  SPOOL_FULL: { limitBytes: number; directory: string };
  /** Every attempt of `execute` gave an answer that its parser could not read; all of them are stored. */
  PARSE_FAILED: { exchangeId: string; attempts: number; reason: string; offset: number | null };
}

/** Something that was to be recorded and cannot be: the call that was refused, and why. */
export interface RecordingFailure {
  exchangeId: string | null;
  /** The procedure, such as `exchanges.open`. */
  path: string;
  reason: string;
}

/** Every code that a call may fail with, and what it carries. */
export interface StepledgerErrorDetails extends ErrorDetails, ClientErrorDetails {}
export type StepledgerErrorCode = keyof StepledgerErrorDetails;

/** Marks our errors across copies of this package, where `instanceof` would not. */
const BRAND = Symbol.for('stepledger.error');

export interface StepledgerErrorOptions {
  /** The request that failed, as the server's log names it. */
  requestId?: string;
  cause?: unknown;
}

/** The one exception that every call of the client throws. Narrow it with `isLedgerError`. */
export class StepledgerError<C extends StepledgerErrorCode = StepledgerErrorCode> extends Error {
  override readonly name = 'StepledgerError';
  readonly code: C;
  /** What the code carries, so that a caller can act without reading the message. */
  readonly details: StepledgerErrorDetails[C];
  /** The server's log names the request by this; null when no server answered. */
  readonly requestId: string | null;

  constructor(
    { code, details, message }: { code: C; details: StepledgerErrorDetails[C]; message: string },
    { requestId, cause }: StepledgerErrorOptions = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
    this.requestId = requestId ?? null;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Each code with its own details, so that `error.code` narrows `error.details`. */
export type AnyStepledgerError = { [C in StepledgerErrorCode]: StepledgerError<C> }[StepledgerErrorCode];

/**
 * Whether this is an error of Stepledger, or of the given code.
 *
 * Without a code, `error.code` then narrows `error.details`.
 */
export function isLedgerError(error: unknown): error is AnyStepledgerError;
export function isLedgerError<C extends StepledgerErrorCode>(
  error: unknown,
  code: C,
): error is StepledgerError<C>;
export function isLedgerError(error: unknown, code?: StepledgerErrorCode): boolean {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false;
  return code === undefined || ('code' in error && error.code === code);
}
