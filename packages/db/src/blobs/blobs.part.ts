import type { Part } from '../ledger/part.ts';
import type { BlobBag } from './stored-blob.ts';

/** Stores the blobs of a commit that are not there yet. Parts that wait for it select from `new_blobs`. */
export function blobsPart(bag: BlobBag): Part {
  return {
    write({ statement, project }) {
      const blobs = bag.sorted();
      if (blobs.length === 0) {
        statement.with('new_blobs', 'SELECT 1');
        return {};
      }
      statement.with(
        'new_blobs',
        `INSERT INTO blob (project_id, sha256, encoding, content, bytes, size)
        SELECT ${project}, b.sha256, b.encoding, b.content, b.bytes, b.size
        FROM run_head, unnest(
          ${statement.bind(
            blobs.map((blob) => blob.sha256),
            'bytea[]',
          )},
          ${statement.bind(
            blobs.map((blob) => blob.encoding),
            'text[]',
          )},
          ${statement.bind(
            blobs.map((blob) => blob.content),
            'text[]',
          )},
          ${statement.bind(
            blobs.map((blob) => blob.bytes),
            'bytea[]',
          )},
          ${statement.bind(
            blobs.map((blob) => blob.size),
            'int[]',
          )}
        ) AS b(sha256, encoding, content, bytes, size)
        ON CONFLICT DO NOTHING
        RETURNING 1`,
      );
      return {};
    },
  };
}
