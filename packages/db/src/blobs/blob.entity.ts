import { defineEntity } from '@mikro-orm/core';
import type { BlobEncoding } from '@stepledger/contract';
import { bytes, integer, text, uuid } from '../columns.ts';

/**
 * A text or body under the SHA-256 of its bytes; exactly one of `content`, `bytes` and `rootSha256` is set.
 *
 * Large ones are trees of chunks. Those that were stored before there were chunks stay as they are.
 */
export const BlobEntity = defineEntity({
  name: 'Blob',
  tableName: 'blob',
  properties: {
    projectId: uuid().primary(),
    sha256: bytes().primary(),
    encoding: text().$type<BlobEncoding>().primary(),
    content: text().nullable(),
    bytes: bytes().nullable(),
    size: integer(),
    rootSha256: bytes().nullable(),
  },
});
