import { defineEntity } from '@mikro-orm/core';
import { bytes, text, time, uuid } from '../columns.ts';

/** The answer of a mutation, kept for whoever sends it again with the same idempotency key. */
export const RequestEntity = defineEntity({
  name: 'Request',
  tableName: 'request',
  properties: {
    projectId: uuid().primary(),
    /** SHA-256 of the idempotency key, so that the answer of `apiKeys.create` can be sealed with the key itself. */
    keyHash: bytes().primary(),
    procedure: text(),
    inputHash: bytes(),
    /** JSON: ids, versions and revisions, never texts. */
    result: text(),
    at: time(),
  },
});
