/**
 * How a body is cut: into its events, not at all, into chunks of so many bytes, into so many chunks (at least a byte
 * each), or `torn`: inside each character of several bytes, each line and each line break.
 */
export type Chunking = 'events' | 'whole' | 'torn' | { bytes: number } | { count: number };

const LF = 10;

/** Cuts a body, whose `parts` are its events; together the chunks are the body. None is empty. */
export function cutIntoChunks(parts: readonly Buffer[], chunking: Chunking): Buffer[] {
  if (chunking === 'events') return parts.filter(({ length }) => length > 0);
  const body = Buffer.concat(parts);
  return sliceAt(body, cutsOf(body, chunking));
}

function cutsOf(body: Buffer, chunking: Exclude<Chunking, 'events'>): number[] {
  if (chunking === 'whole') return [];
  if (chunking === 'torn') return tornCuts(body);
  if ('bytes' in chunking) {
    const size = atLeastOne(chunking.bytes);
    return Array.from({ length: Math.ceil(body.length / size) }, (_, index) => index * size);
  }
  const count = Math.min(atLeastOne(chunking.count), body.length);
  return Array.from({ length: count }, (_, index) => Math.floor((index * body.length) / count));
}

function tornCuts(body: Buffer): number[] {
  const cuts: number[] = [];
  for (const [index, byte] of body.entries()) {
    const isInsideCharacter = (byte & 0xc0) === 0x80;
    // Between CR and LF, between the line breaks that end an event, and inside of `data:`.
    const isAtLineBreak = byte === LF || body[index - 1] === LF || body[index - 2] === LF;
    if (isInsideCharacter || isAtLineBreak) cuts.push(index);
  }
  return cuts;
}

function sliceAt(body: Buffer, cuts: readonly number[]): Buffer[] {
  const edges = [0, ...cuts, body.length];
  return edges
    .map((edge, index) => body.subarray(edge, edges[index + 1] ?? edge))
    .filter(({ length }) => length > 0);
}

function atLeastOne(value: number): number {
  if (!Number.isInteger(value) || value < 1) throw new Error(`Chunks must be at least 1, not ${value}`);
  return value;
}

/** The first `limit` bytes of chunks, in the same cuts. */
export function takeBytes(chunks: readonly Buffer[], limit: number): Buffer[] {
  const taken: Buffer[] = [];
  let left = limit;
  for (const chunk of chunks) {
    if (left <= 0) break;
    taken.push(chunk.subarray(0, left));
    left -= chunk.length;
  }
  return taken;
}
