import { createHash } from 'node:crypto';
import type { BlobEncoding } from '@stepledger/contract';
import { cutBytes, type Span } from './cut-bytes.ts';

/** A piece of a blob's own bytes. */
interface Leaf extends Span {
  readonly sha256: Buffer;
}

/** A list of chunks, which are pieces or lists themselves. */
interface Node {
  readonly sha256: Buffer;
  readonly children: readonly Buffer[];
}

/** A blob as a tree of chunks, each of them once however often it occurs. */
export interface ChunkTree {
  readonly root: Buffer;
  readonly leaves: readonly Leaf[];
  /** The root and all between it and the leaves. */
  readonly nodes: readonly Node[];
}

/** A list has at least as many children, but for the last of its level. */
const MIN_CHILDREN = 2;
/** Where a body grows, the last list of each level is written again: with 16, that took a quarter more rows. */
const MAX_CHILDREN = 8;
/** One hash in four ends a list. */
const CUT_MASK = 3;

/**
 * What the hashes of pieces, lists and roots begin with. Without it a piece whose bytes are those of a list would take
 * the list's place.
 */
const PIECE = Buffer.from([0]);
const LIST = Buffer.from([1]);
const ROOT = Buffer.from([2]);

/**
 * Makes the tree of a blob: its bytes cut where their content says so, the list of pieces cut in the same way, and so
 * on. Two blobs that are alike share all but what differs and the lists above that; one flat list of pieces for each
 * version of a growing body would grow with the square.
 *
 * The root covers the encoding, so that no two blobs share one: it comes and goes with its blob.
 */
export function toChunkTree(encoding: BlobEncoding, bytes: Uint8Array): ChunkTree {
  const leaves = cutBytes(bytes).map((span) => ({
    ...span,
    sha256: hashOf(PIECE, bytes.subarray(span.start, span.end)),
  }));
  const nodes: Node[] = [];
  let level: readonly Buffer[] = leaves.map(({ sha256 }) => sha256);
  while (level.length > MAX_CHILDREN) {
    const lists = cutList(level).map((children) => ({ sha256: hashOf(LIST, ...children), children }));
    nodes.push(...lists);
    level = lists.map(({ sha256 }) => sha256);
  }
  const root = hashOf(ROOT, Buffer.from(encoding), ...level);
  nodes.push({ sha256: root, children: level });
  return { root, leaves: distinct(leaves), nodes: distinct(nodes) };
}

function cutList(hashes: readonly Buffer[]): Buffer[][] {
  const lists: Buffer[][] = [];
  let list: Buffer[] = [];
  for (const hash of hashes) {
    list.push(hash);
    const mayEnd = list.length >= MIN_CHILDREN && ((hash.at(-1) ?? 0) & CUT_MASK) === 0;
    if (!mayEnd && list.length < MAX_CHILDREN) continue;
    lists.push(list);
    list = [];
  }
  if (list.length > 0) lists.push(list);
  return lists;
}

function hashOf(kind: Buffer, ...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256').update(kind);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function distinct<Chunk extends { readonly sha256: Buffer }>(chunks: readonly Chunk[]): Chunk[] {
  return [...new Map(chunks.map((chunk) => [chunk.sha256.toString('base64'), chunk])).values()];
}
