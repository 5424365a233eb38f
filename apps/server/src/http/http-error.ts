import { type ErrorCode, type ErrorDetails, LedgerError } from '@stepledger/contract';

/** A refusal with an HTTP status, or a sentence, of its own. */
export class HttpError extends LedgerError {
  readonly status: number;
  /** Sent along, such as `Allow`. */
  readonly headers: Record<string, string>;

  constructor(refusal: Refusal) {
    super(refusal.code, refusal.details);
    this.status = refusal.status;
    this.headers = refusal.headers ?? {};
    if (refusal.message !== undefined) this.message = refusal.message;
  }
}

export interface Refusal<C extends ErrorCode = ErrorCode> {
  status: number;
  code: C;
  details: ErrorDetails[C];
  message?: string;
  headers?: Record<string, string>;
}

/** A request that is bad in one place: `path` names a header, a query parameter or `body`. */
export function badRequest(path: string, reason: string, status = 400): HttpError {
  return new HttpError({ status, code: 'BAD_INPUT', details: { issues: [{ path, reason }] } });
}

export function methodNotAllowed(allowed: readonly string[]): HttpError {
  return new HttpError({
    status: 405,
    code: 'BAD_INPUT',
    details: { issues: [{ path: 'method', reason: `must be ${allowed.join(' or ')}` }] },
    headers: { allow: allowed.join(', ') },
  });
}

export function tooLarge(limitBytes: number, status = 413): HttpError {
  return new HttpError({ status, code: 'TOO_LARGE', details: { limitBytes } });
}
