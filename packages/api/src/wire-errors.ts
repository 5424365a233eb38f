import { ERRORS, LedgerError, LIMITS, type WireError } from '@stepledger/contract';
import { TRPCError } from '@trpc/server';

/** A LedgerError in the form in which tRPC carries it. */
export function toTrpcError(error: LedgerError): TRPCError {
  return new TRPCError({ code: ERRORS[error.code], message: error.message, cause: error });
}

/** An error as callers see it; it never carries a stack or the message of somebody else's exception. */
export function toWireError(error: LedgerError, requestId: string): WireError {
  return { code: error.code, message: error.message, details: error.details, requestId };
}

/** The LedgerError in or behind a tRPC error, or the one that says the same as an error of tRPC's own. */
export function ledgerErrorOf(
  error: TRPCError,
  origin: { path: string | undefined; requestId: string },
): LedgerError {
  if (error.cause instanceof LedgerError) return error.cause;
  switch (error.code) {
    case 'PARSE_ERROR':
    case 'BAD_REQUEST':
      // tRPC's own sentences are fixed; the message of a cause could quote the body.
      return badRequest('', error.cause === undefined ? error.message : 'must be JSON');
    case 'UNSUPPORTED_MEDIA_TYPE':
      return badRequest('content-type', 'must be application/json');
    case 'METHOD_NOT_SUPPORTED':
      return badRequest('method', 'must be POST; queries may also be sent by GET');
    case 'NOT_FOUND':
      return new LedgerError('NOT_FOUND', { type: 'procedure', id: origin.path ?? '' });
    case 'PAYLOAD_TOO_LARGE':
      return new LedgerError('TOO_LARGE', { limitBytes: LIMITS.maxBodyBytes });
    case 'CLIENT_CLOSED_REQUEST':
    case 'TIMEOUT':
      return new LedgerError('UNAVAILABLE', { reason: 'The request was broken off before it was answered' });
    default:
      return new LedgerError('INTERNAL', { requestId: origin.requestId });
  }
}

function badRequest(path: string, reason: string): LedgerError<'BAD_INPUT'> {
  return new LedgerError('BAD_INPUT', { issues: [{ path, reason }] });
}
