import type { RecordingFailure } from '../errors/stepledger-error.ts';
import type { SpooledCall } from './spool.ts';

/** How a delivery tells what it could not deliver; without a call it is about the spool itself. */
export function toFailure(call: SpooledCall | null, error: unknown): RecordingFailure {
  const id = call?.input['exchangeId'];
  return {
    path: call?.path ?? 'spool',
    exchangeId: typeof id === 'string' ? id : null,
    reason: error instanceof Error ? error.message : String(error),
  };
}
