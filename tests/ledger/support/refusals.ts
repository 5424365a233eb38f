import { isLedgerError } from '@stepledger/client';

/** How a call was refused: its code and details. A call that succeeds, or fails in another way, fails the test. */
export async function refusalOf(call: Promise<unknown>): Promise<{ code: string; details: unknown }> {
  try {
    await call;
  } catch (error) {
    if (isLedgerError(error)) return { code: error.code, details: error.details };
    throw error;
  }
  throw new Error('The call was expected to be refused and succeeded');
}

/** Sorts the ends of many calls: what the successful ones answered, and how the others were refused. */
export async function endsOf<Answer>(calls: readonly Promise<Answer>[]) {
  const won: Answer[] = [];
  const refused: { code: string; details: unknown }[] = [];
  for (const end of await Promise.allSettled(calls)) {
    if (end.status === 'fulfilled') won.push(end.value);
    else refused.push(await refusalOf(Promise.reject(end.reason)));
  }
  return { won, refused };
}
