import { type ErrorCode, type ErrorDetails, LedgerError } from '@stepledger/contract';

/** What a caller can see of a refusal; fails when the call succeeds or breaks in another way. */
export async function refusal(
  call: Promise<unknown>,
): Promise<{ code: ErrorCode; details: ErrorDetails[ErrorCode] }> {
  const error: unknown = await call.then(
    () => new Error('The call was not refused'),
    (error: unknown) => error,
  );
  if (!(error instanceof LedgerError)) throw error;
  return { code: error.code, details: error.details };
}
