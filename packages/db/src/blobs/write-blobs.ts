import type { CommitScope } from '../ledger/part.ts';
import { type ChunkTree, toChunkTree } from './chunk-tree.ts';
import type { NewBlob } from './stored-blob.ts';

/**
 * Blobs of this size or more are stored as chunks. Below, the rows of the chunks would cost more than what versions of
 * one text have in common.
 */
export const CHUNKED_FROM_BYTES = 32 * 1024;

/** The rows of some blobs; those of one table are in the order in which every writer takes its locks. */
export interface BlobRows {
  readonly blobs: readonly (NewBlob & { readonly root: Buffer | null })[];
  readonly trees: readonly { readonly bytes: Buffer; readonly tree: ChunkTree }[];
}

/** @param blobs sorted by key: inserted in two orders, 29 of 320 concurrent calls deadlocked. */
export function toBlobRows(blobs: readonly NewBlob[]): BlobRows {
  const trees: { bytes: Buffer; tree: ChunkTree }[] = [];
  const rows = blobs.map((blob) => {
    if (blob.size < CHUNKED_FROM_BYTES) return { ...blob, root: null };
    const tree = toChunkTree(blob.encoding, blob.bytes);
    trees.push({ bytes: blob.bytes, tree });
    return { ...blob, root: tree.root };
  });
  return { blobs: rows, trees };
}

/**
 * Adds to a statement what stores the blobs that are not there yet, and of the large ones the chunks that are not.
 *
 * Whoever waits for it selects from `new_blobs`.
 *
 * @param source what the rows depend on, such as `run_head`: without a row there, nothing is stored.
 */
export function writeBlobs(scope: CommitScope, { blobs, trees }: BlobRows, source: string): void {
  const { statement, project } = scope;
  const bytesOf = ({ encoding, bytes, root }: BlobRows['blobs'][number]) =>
    root || encoding === 'utf8' ? null : bytes;
  const contentOf = ({ encoding, bytes, root }: BlobRows['blobs'][number]) =>
    root || encoding !== 'utf8' ? null : bytes.toString('utf8');
  const values = [
    statement.bind(
      blobs.map((blob) => blob.sha256),
      'bytea[]',
    ),
    statement.bind(
      blobs.map((blob) => blob.encoding),
      'text[]',
    ),
    statement.bind(blobs.map(contentOf), 'text[]'),
    statement.bind(blobs.map(bytesOf), 'bytea[]'),
    statement.bind(
      blobs.map((blob) => blob.size),
      'int[]',
    ),
    statement.bind(
      blobs.map((blob) => blob.root),
      'bytea[]',
    ),
  ];
  statement.with(
    'new_blobs',
    `INSERT INTO blob (project_id, sha256, encoding, content, bytes, size, root_sha256)
    SELECT ${project}, b.sha256, b.encoding, b.content, b.bytes, b.size, b.root
    FROM ${source}, unnest(${values.join(', ')}) AS b(sha256, encoding, content, bytes, size, root)
    ON CONFLICT DO NOTHING
    RETURNING root_sha256`,
  );
  if (trees.length > 0) writeChunks(scope, trees);
}

/**
 * The bytes travel as one binary parameter, from which PostgreSQL cuts the pieces: as an array of them they would
 * travel as hexadecimal text.
 *
 * A list is stored with all its children or not at all, so that children go in with new lists only. What is there
 * already is guarded by the foreign keys: a chunk that is collected meanwhile refuses the whole statement.
 *
 * `IS TRUE` makes PostgreSQL look through a hash table. Left to choose, it may compare each row with each other.
 */
function writeChunks({ statement, project }: CommitScope, trees: BlobRows['trees']): void {
  const chunks = toChunkRows(trees);
  const children = toChildRows(trees);
  const bytes = statement.bind(Buffer.concat(trees.map((blob) => blob.bytes)), 'bytea');
  const values = [
    statement.bind(
      chunks.map((chunk) => chunk.root),
      'bytea[]',
    ),
    statement.bind(
      chunks.map((chunk) => chunk.sha256),
      'bytea[]',
    ),
    statement.bind(
      chunks.map((chunk) => chunk.start),
      'int[]',
    ),
    statement.bind(
      chunks.map((chunk) => chunk.size),
      'int[]',
    ),
  ];
  statement.with(
    'new_chunks',
    `INSERT INTO chunk (project_id, sha256, bytes)
    SELECT ${project}, c.sha256, substring(${bytes} FROM c.start FOR c.size)
    FROM unnest(${values.join(', ')}) AS c(root, sha256, start, size)
    WHERE (c.root IN (SELECT root_sha256 FROM new_blobs)) IS TRUE
    ORDER BY c.sha256
    ON CONFLICT DO NOTHING
    RETURNING sha256`,
  );
  const childValues = [
    statement.bind(
      children.map((child) => child.parent),
      'bytea[]',
    ),
    statement.bind(
      children.map((child) => child.position),
      'int[]',
    ),
    statement.bind(
      children.map((child) => child.sha256),
      'bytea[]',
    ),
  ];
  // In the order of the children, since the foreign keys then lock them in that of `collectChunks`.
  statement.with(
    'new_chunk_children',
    `INSERT INTO chunk_child (project_id, parent_sha256, position, child_sha256)
    SELECT ${project}, c.parent, c.position, c.sha256
    FROM unnest(${childValues.join(', ')}) AS c(parent, position, sha256)
    WHERE (c.parent IN (SELECT sha256 FROM new_chunks)) IS TRUE
    ORDER BY c.sha256`,
  );
}

/** The pieces, with their places in the concatenated bytes counted from 1, and the lists, which have no bytes. */
function toChunkRows(trees: BlobRows['trees']) {
  let offset = 1;
  return trees.flatMap(({ bytes, tree: { root, leaves, nodes } }) => {
    const first = offset;
    offset += bytes.length;
    return [
      ...leaves.map(({ sha256, start, end }) => ({ root, sha256, start: first + start, size: end - start })),
      ...nodes.map(({ sha256 }) => ({ root, sha256, start: null, size: null })),
    ];
  });
}

/** Blobs of one call may share lists; each is written once. */
function toChildRows(trees: BlobRows['trees']) {
  const lists = new Map(
    trees.flatMap(({ tree }) => tree.nodes).map((node) => [node.sha256.toString('base64'), node]),
  );
  return [...lists.values()].flatMap(({ sha256: parent, children }) =>
    children.map((sha256, position) => ({ parent, position, sha256 })),
  );
}
