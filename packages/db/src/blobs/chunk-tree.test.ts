import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ChunkTree, toChunkTree } from './chunk-tree.ts';

const SEED = 3;
const KIB = 1024;

const nameOf = (hash: Buffer) => hash.toString('hex');
const namesOf = ({ leaves, nodes }: ChunkTree) => [...leaves, ...nodes].map(({ sha256 }) => nameOf(sha256));

/** Walks the tree as a reader does. */
function read(bytes: Buffer, { root, leaves, nodes }: ChunkTree): Buffer {
  const pieces = new Map(
    leaves.map(({ sha256, start, end }) => [nameOf(sha256), bytes.subarray(start, end)]),
  );
  const lists = new Map(nodes.map(({ sha256, children }) => [nameOf(sha256), children]));
  const walk = (hash: Buffer): Buffer[] => {
    const piece = pieces.get(nameOf(hash));
    return piece ? [piece] : (lists.get(nameOf(hash)) ?? []).flatMap(walk);
  };
  return Buffer.concat(walk(root));
}

test('a tree holds its bytes in order, and each chunk once', () => {
  const bytes = fc.oneof(
    fc.integer({ min: 1, max: 400 * KIB }).map((size) => randomBytes(size)),
    fc
      .tuple(fc.uint8Array({ minLength: 1, maxLength: 99 }), fc.integer({ min: 1, max: 400 * KIB }))
      .map(([word, size]) => Buffer.alloc(size, word)),
  );
  fc.assert(
    fc.property(bytes, (bytes) => {
      const tree = toChunkTree('binary', bytes);
      expect(read(bytes, tree).equals(bytes)).toBe(true);
      expect(new Set(namesOf(tree)).size).toBe(namesOf(tree).length);
      expect(Math.max(...tree.nodes.map(({ children }) => children.length))).toBeLessThanOrEqual(8);
      expect(toChunkTree('binary', Buffer.from(bytes))).toEqual(tree);
    }),
    { seed: SEED, numRuns: 60 },
  );
});

test('16 MiB of zeros are a handful of chunks', () => {
  const bytes = Buffer.alloc(16 * 1024 * KIB);
  const tree = toChunkTree('binary', bytes);
  expect(namesOf(tree).length).toBeLessThan(20);
  expect(read(bytes, tree).equals(bytes)).toBe(true);
});

test('an inserted byte costs one or two pieces and the lists above them', () => {
  const bytes = randomBytes(1024 * KIB);
  const before = new Set(namesOf(toChunkTree('utf8', bytes)));
  for (const at of [0, bytes.length / 2, bytes.length]) {
    const changed = Buffer.concat([bytes.subarray(0, at), Buffer.of(1), bytes.subarray(at)]);
    const added = namesOf(toChunkTree('utf8', changed)).filter((name) => !before.has(name));
    expect(added.length, `at ${at}`).toBeLessThan(30);
  }
});

test('no two encodings share a root, and all else', () => {
  const bytes = randomBytes(100 * KIB);
  const [text, binary] = [toChunkTree('utf8', bytes), toChunkTree('binary', bytes)];
  expect(text.root).not.toEqual(binary.root);
  const ofText = new Set(namesOf(text));
  expect(namesOf(binary).filter((name) => !ofText.has(name))).toEqual([nameOf(binary.root)]);
});

test('a piece whose bytes are those of a list is not taken for it', () => {
  const tree = toChunkTree('binary', randomBytes(100 * KIB));
  const list = tree.nodes.find(({ sha256 }) => !sha256.equals(tree.root));
  const hashes = Buffer.concat(list?.children ?? []);
  for (const prefix of [[], [0], [1], [2]]) {
    const bytes = Buffer.concat([Buffer.from(prefix), hashes]);
    const [piece] = toChunkTree('binary', bytes).leaves;
    expect(piece?.sha256).not.toEqual(list?.sha256);
    // Neither is it the hash of the bytes alone, which somebody might have chosen with a purpose.
    expect(piece?.sha256).not.toEqual(createHash('sha256').update(bytes).digest());
  }
});
