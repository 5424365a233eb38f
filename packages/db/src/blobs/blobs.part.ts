import type { Part } from '../ledger/part.ts';
import type { BlobBag } from './stored-blob.ts';
import { toBlobRows, writeBlobs } from './write-blobs.ts';

/**
 * Stores the blobs of a commit that are not there yet. Parts that wait for it select from `new_blobs`.
 *
 * Without a row of `from`, the common table expression that it names, nothing is stored.
 */
export function blobsPart(bag: BlobBag, from = 'run_head'): Part {
  const rows = toBlobRows(bag.sorted(), bag.refs());
  return {
    write(scope) {
      if (rows.refs.length === 0) scope.statement.with('new_blobs', 'SELECT 1');
      else writeBlobs(scope, rows, from);
      return {};
    },
  };
}
