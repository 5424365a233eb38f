import type { Db } from '../store-context.ts';
import { inTransaction } from '../transaction-sql.ts';
import { type BlobKey, lockBlobs, removeBlobs } from './collect-blobs.ts';
import { collectChunks } from './collect-chunks.ts';
import { collectMessages, findContents } from './collect-messages.ts';

/** What a transaction no longer refers to. */
interface Dropped {
  /** The last messages of conversations. */
  readonly tips: readonly Buffer[];
  readonly blobs: readonly BlobKey[];
}

/**
 * Removes the messages, blobs and chunks that nothing refers to any more. Call it in the transaction that removed the
 * references, after it did so.
 *
 * What may be garbage is locked by one statement and looked at by the next, which sees what was committed until then.
 * Without the lock, two calls at once that remove the last two references would each see the other's and both keep what
 * they referred to.
 *
 * The order is that of every writer, blobs before messages before chunks, each in the order of their hashes. A writer
 * that refers to one of them meanwhile waits for our end. Blobs it then stores anew; by a message or a chunk that is
 * gone it is refused, and tries again with all of it in hand.
 */
export async function collectGarbage(db: Db, projectId: string, { tips, blobs }: Dropped): Promise<void> {
  const sql = inTransaction(db);
  const candidates = distinct([...blobs, ...(await findContents(sql, projectId, tips))]);
  await lockBlobs(sql, projectId, candidates);
  await collectMessages(sql, projectId, tips);
  const roots = await removeBlobs(sql, projectId, candidates);
  await collectChunks(sql, projectId, roots);
}

/** In the order in which they are locked. */
function distinct(keys: readonly BlobKey[]): BlobKey[] {
  const named = new Map(keys.map((key) => [`${key.sha256.toString('hex')}.${key.encoding}`, key]));
  return [...named].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key);
}
