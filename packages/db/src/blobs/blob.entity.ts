import { defineEntity } from '@mikro-orm/core';
import type { BlobEncoding } from '@stepledger/contract';
import { bytes, integer, text, uuid } from '../columns.ts';

/** A text or body under the SHA-256 of its stored bytes; exactly one of `content` and `bytes` is set. */
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
  },
});
