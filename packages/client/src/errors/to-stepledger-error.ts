import type { WireError } from '@stepledger/contract';
import { TRPCClientError } from '@trpc/client';
import { unexpectedAnswer, unreachable } from './client-errors.ts';
import { isLedgerError, StepledgerError } from './stepledger-error.ts';

/**
 * Turns whatever a call of the raw tRPC client threw into the error that the rest of the client throws.
 *
 * `url` is the server's, for the messages of failures that name it.
 */
export function toStepledgerError(error: unknown, url: string): StepledgerError {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (current instanceof StepledgerError || isLedgerError(current)) return current;
  }
  if (error instanceof TRPCClientError && error.shape) {
    const data: unknown = error.data;
    const wire: unknown = isRecord(data) ? data['ledger'] : undefined;
    if (isWireError(wire)) return fromWire(wire, error);
    const status = isRecord(data) && typeof data['httpStatus'] === 'number' ? data['httpStatus'] : 0;
    return unexpectedAnswer({ url, status }, 'Is it another server that speaks tRPC?', error);
  }
  // What is left broke on the way: tRPC reports a stream that ends early as a plain Error.
  return unreachable(url, error);
}

export function fromWire({ code, message, details, requestId }: WireError, cause?: unknown): StepledgerError {
  return new StepledgerError({ code, details, message }, { requestId, cause });
}

/** A newer server may send a code that is not in our table; it is passed on as it is. */
export function isWireError(value: unknown): value is WireError {
  return (
    isRecord(value) &&
    typeof value['code'] === 'string' &&
    typeof value['message'] === 'string' &&
    typeof value['requestId'] === 'string' &&
    isRecord(value['details'])
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
