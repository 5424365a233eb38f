import { createHash } from 'node:crypto';
import { LedgerError } from '@stepledger/contract';
import stringify from 'safe-stable-stringify';
import { toDatabaseFault } from '../pg-errors.ts';
import type { Db, StoreContext } from '../store-context.ts';

/** A mutation as it is remembered: who asks again with the same key and input gets the same answer. */
export interface MutationRequest {
  readonly procedure: string;
  readonly idempotencyKey: string | undefined;
  readonly keyHash: Buffer | null;
  readonly inputHash: Buffer;
}

/** Names a mutation by its procedure and what was sent, without the key itself. */
export function toRequest(
  procedure: string,
  input: { idempotencyKey?: string | undefined },
): MutationRequest {
  const { idempotencyKey, ...rest } = input;
  return {
    procedure,
    idempotencyKey,
    keyHash: idempotencyKey === undefined ? null : sha256(idempotencyKey),
    inputHash: sha256(stringify([procedure, rest]) ?? ''),
  };
}

/** UTF-16, since UTF-8 would map every lone surrogate to the same bytes. */
function sha256(text: string): Buffer {
  return createHash('sha256')
    .update(text, text.isWellFormed() ? 'utf8' : 'utf16le')
    .digest();
}

/** What was answered to this request before; null when it is new. */
export async function findAnswer(context: StoreContext, request: MutationRequest): Promise<string | null> {
  if (!request.keyHash) return null;
  const [row] = await context.connection.query<{ procedure: string; input_hash: Buffer; result: string }>(
    'SELECT procedure, input_hash, result FROM request WHERE project_id = $1 AND key_hash = $2',
    [context.scope.projectId, request.keyHash],
  );
  if (!row) return null;
  if (row.procedure !== request.procedure || !row.input_hash.equals(request.inputHash)) {
    throw new LedgerError('IDEMPOTENCY_CONFLICT', {
      idempotencyKey: request.idempotencyKey ?? '',
      procedure: row.procedure,
    });
  }
  return row.result;
}

/**
 * Runs a mutation outside any run's ledger in one transaction, once per idempotency key.
 *
 * The request is written last and by a plain INSERT: of two calls with one key the second fails there, is rolled
 * back, and answers what the first one stored. A call that fails for another reason may also be a repetition
 * whose first turn moved what it checks (`expectedVersion`), so that the stored answer is looked for then too.
 */
export async function mutateOnce<Result>(
  context: StoreContext,
  request: MutationRequest,
  work: (db: Db) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await context.transaction(async (db) => {
        const result = await work(db);
        if (request.keyHash) {
          await db
            .insertInto('Request')
            .values({
              projectId: context.scope.projectId,
              keyHash: request.keyHash,
              procedure: request.procedure,
              inputHash: request.inputHash,
              result: JSON.stringify(result),
              at: new Date(),
            })
            .execute();
        }
        return result;
      });
    } catch (error) {
      const answer = await findAnswer(context, request);
      if (answer !== null) return JSON.parse(answer) as Result;
      // Another call made the same row between our look and our insert, or took our locks in another order:
      // the next turn sees what it wrote.
      if (attempt >= MAX_TURNS || !isRace(error)) throw error;
    }
  }
}

const MAX_TURNS = 5;

/** Whether running a statement anew, with a fresh snapshot, can end differently. */
export function isRace(error: unknown): boolean {
  const code = toDatabaseFault(error)?.code;
  return code === '23505' || code === '23503' || code === '40P01' || code === '40001';
}
