import type { StepledgerErrorCode } from '@stepledger/client';
import { PartNotLoaded } from '../lazy-part.ts';
import { toCallError } from '../ledger/call-error.ts';

export interface ErrorWords {
  /** What went wrong, in plain words. */
  title: string;
  /** The same as a programmer says it. */
  detail: string | null;
  /** Null where it was no failure of a call. */
  code: StepledgerErrorCode | null;
  requestId: string | null;
}

/** Of these the message speaks to who wrote the agent. */
const TITLES: Partial<Record<StepledgerErrorCode, string>> = {
  UNREACHABLE: 'The server cannot be reached',
  TIMEOUT: 'The server did not answer in time',
  UNAVAILABLE: 'The server cannot do this at the moment',
  UNEXPECTED_ANSWER: 'Something else than the server answered',
};

export function describeError(error: unknown): ErrorWords {
  if (error instanceof PartNotLoaded) {
    const title = 'A part of this page could not be loaded: the server is away or was updated';
    return { title, detail: error.message, code: null, requestId: null };
  }
  const failed = toCallError(error);
  // A fault of the page itself says nothing of the server.
  if (failed === null) {
    return { title: 'This could not be shown', detail: String(error), code: null, requestId: null };
  }
  const { code, message, requestId } = failed;
  const title = TITLES[code];
  // What hinders a browser is told to its page as no more than that.
  const detail = title === undefined || code === 'UNREACHABLE' ? null : message;
  return { title: title ?? message, detail, code, requestId };
}
