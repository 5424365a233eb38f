import { isLedgerError, type StepledgerError, toStepledgerError } from '@stepledger/client';
import { TRPCClientError } from '@trpc/client';

/** A failure of a call, whose code and details say what happened; null for a fault of the page itself. */
export function toCallError(error: unknown): StepledgerError | null {
  if (isLedgerError(error)) return error;
  return error instanceof TRPCClientError ? toStepledgerError(error, location.origin) : null;
}
