import type { CommitScope } from '../ledger/part.ts';
import type { Statement } from '../ledger/statement.ts';
import { type ChunkTree, toChunkTree } from './chunk-tree.ts';
import type { BlobRef, NewBlob } from './stored-blob.ts';

/**
 * Blobs of this size or more are stored as chunks. Below, the rows of the chunks would cost more than what versions of
 * one text have in common.
 */
const CHUNKED_FROM_BYTES = 32 * 1024;

/** The rows of some blobs, and all blobs that rows of the same call refer to. */
interface BlobRows {
  readonly refs: readonly BlobRef[];
  readonly blobs: readonly BlobRow[];
  readonly trees: readonly { readonly bytes: Buffer; readonly tree: ChunkTree }[];
}

interface BlobRow extends BlobRef {
  readonly content: string | null;
  readonly bytes: Buffer | null;
  readonly root: Buffer | null;
}

/** Both sorted by key: inserted in two orders, 29 of 320 concurrent calls deadlocked. */
export function toBlobRows(blobs: readonly NewBlob[], refs: readonly BlobRef[] = blobs): BlobRows {
  const trees: { bytes: Buffer; tree: ChunkTree }[] = [];
  const rows = blobs.map(({ sha256, encoding, size, bytes }): BlobRow => {
    const row = { sha256, encoding, size, content: null, bytes: null, root: null };
    if (size >= CHUNKED_FROM_BYTES) {
      const tree = toChunkTree(encoding, bytes);
      trees.push({ bytes, tree });
      return { ...row, root: tree.root };
    }
    return encoding === 'utf8' ? { ...row, content: bytes.toString('utf8') } : { ...row, bytes };
  });
  return { refs, blobs: rows, trees };
}

/**
 * Adds to a statement what stores the blobs that are not there yet, and of the large ones the chunks that are not.
 *
 * Whoever waits for it selects from `new_blobs`.
 *
 * @param from what the rows depend on, such as `run_head`: without a row there, nothing is stored.
 */
export function writeBlobs(scope: CommitScope, { refs, blobs, trees }: BlobRows, from: string): void {
  holdBlobs(scope, refs, from);
  const { statement, project } = scope;
  const rows = bindRows(statement, blobs, {
    sha256: 'bytea[]',
    encoding: 'text[]',
    content: 'text[]',
    bytes: 'bytea[]',
    size: 'int[]',
    root: 'bytea[]',
  });
  statement.with(
    'new_blobs',
    `INSERT INTO blob (project_id, sha256, encoding, content, bytes, size, root_sha256)
    SELECT ${project}, b.sha256, b.encoding, b.content, b.bytes, b.size, b.root
    FROM ${from}, ${rows} AS b(sha256, encoding, content, bytes, size, root)
    WHERE (SELECT count(*) FROM held_blobs) >= 0
    ON CONFLICT DO NOTHING
    RETURNING root_sha256`,
  );
  if (trees.length > 0) writeChunks(scope, trees);
}

/**
 * Takes the locks on blobs that are there, in their order, before the foreign keys take them in any. Whoever collects
 * them waits for our end, or we for theirs, and then store them anew.
 *
 * In a subquery that depends on each hash in turn, since the order of a join is PostgreSQL's own. The count stands
 * there too, so that the lock on the run comes first.
 */
function holdBlobs({ statement, project }: CommitScope, refs: readonly BlobRef[], from: string): void {
  const keys = bindRows(statement, refs, { sha256: 'bytea[]', encoding: 'text[]' });
  statement.with(
    'held_blobs',
    `SELECT 1 FROM ${keys} AS k(sha256, encoding) CROSS JOIN LATERAL (
      SELECT FROM blob b WHERE (SELECT count(*) FROM ${from}) > 0
        AND b.project_id = ${project} AND b.sha256 = k.sha256 AND b.encoding = k.encoding
      FOR KEY SHARE OF b) held`,
  );
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
  const bytes = statement.bind(Buffer.concat(trees.map((blob) => blob.bytes)), 'bytea');
  const chunks = bindRows(statement, toChunkRows(trees), {
    root: 'bytea[]',
    sha256: 'bytea[]',
    start: 'int[]',
    size: 'int[]',
  });
  statement.with(
    'new_chunks',
    `INSERT INTO chunk (project_id, sha256, bytes)
    SELECT ${project}, c.sha256, substring(${bytes} FROM c.start FOR c.size)
    FROM ${chunks} AS c(root, sha256, start, size)
    WHERE (c.root IN (SELECT root_sha256 FROM new_blobs)) IS TRUE
    ORDER BY c.sha256
    ON CONFLICT DO NOTHING
    RETURNING sha256`,
  );
  const children = bindRows(statement, toChildRows(trees), {
    parent: 'bytea[]',
    position: 'int[]',
    sha256: 'bytea[]',
  });
  // In the order of the children, since the foreign keys then lock them in that of `collectChunks`.
  statement.with(
    'new_chunk_children',
    `INSERT INTO chunk_child (project_id, parent_sha256, position, child_sha256)
    SELECT ${project}, c.parent, c.position, c.sha256
    FROM ${children} AS c(parent, position, sha256)
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

/** Binds rows as an array for each column; answers SQL of a table of them. */
function bindRows<Row extends Record<Column, string | number | Buffer | null>, Column extends string>(
  statement: Statement,
  rows: readonly Row[],
  types: Readonly<Record<Column, 'bytea[]' | 'text[]' | 'int[]'>>,
): string {
  const columns = Object.keys(types) as Column[];
  const values = columns.map((column) =>
    statement.bind(
      rows.map((row): string | number | Buffer | null => row[column]),
      types[column],
    ),
  );
  return `unnest(${values.join(', ')})`;
}
