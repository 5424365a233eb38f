import { defineEntity } from '@mikro-orm/core';
import { bytes, integer, uuid } from '../columns.ts';

/** A piece of large blobs by its hash (see `toChunkTree`), or a list of chunks: then without bytes. */
export const ChunkEntity = defineEntity({
  name: 'Chunk',
  tableName: 'chunk',
  properties: {
    projectId: uuid().primary(),
    sha256: bytes().primary(),
    bytes: bytes().nullable(),
  },
});

/** Which chunk stands where in a list of chunks. */
export const ChunkChildEntity = defineEntity({
  name: 'ChunkChild',
  tableName: 'chunk_child',
  properties: {
    projectId: uuid().primary(),
    parentSha256: bytes().primary(),
    position: integer().primary(),
    childSha256: bytes(),
  },
});
