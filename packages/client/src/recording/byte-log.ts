interface Block {
  readonly bytes: Uint8Array<ArrayBuffer>;
  used: number;
  isKept: boolean;
}

/** Blocks grow with what is stored, so that short bodies take little and long ones few blocks. */
const MIN_BLOCK_BYTES = 4096;
const MAX_BLOCK_BYTES = 1024 * 1024;
/** What a reader that lags behind gets at a time. */
const MAX_TAKEN_BYTES = 256 * 1024;

/**
 * The bytes of one body in the order of their arrival, for two readers: the first `keepBytes` are kept as a whole, and
 * all can be taken once, piece by piece.
 *
 * Holds what is kept and what is not taken yet, each byte once and at most 1 MiB beyond that, however small the chunks
 * are that they came in.
 */
export class ByteLog {
  /** Bytes that were appended and not taken. */
  ahead = 0;
  /** All bytes that were appended. */
  total = 0;
  kept = 0;
  #keepBytes: number;
  #blocks: Block[] = [];
  /** The block to take from next, and where in it. */
  #next = 0;
  #offset = 0;

  constructor(keepBytes: number) {
    this.#keepBytes = keepBytes;
  }

  /** Copies bytes in and answers those of them that are kept, in one piece or more; nobody may change these. */
  append(bytes: Uint8Array): Uint8Array[] {
    const room = Math.max(this.#keepBytes - this.kept, 0);
    const pieces = this.#store(bytes.subarray(0, room), true);
    this.#store(bytes.subarray(room), false);
    return pieces;
  }

  /** The next bytes in a buffer of their own, which may be changed or given away. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(Math.min(this.ahead, MAX_TAKEN_BYTES));
    for (let filled = 0; filled < taken.length; ) {
      const block = this.#blocks[this.#next];
      if (block === undefined) break;
      const end = Math.min(block.used, this.#offset + taken.length - filled);
      taken.set(block.bytes.subarray(this.#offset, end), filled);
      filled += end - this.#offset;
      this.#offset = end;
      if (end === block.used) this.#leave(block);
    }
    this.ahead -= taken.length;
    return taken;
  }

  /** Passes over what was not taken. */
  skip(): void {
    while (this.ahead > 0) this.take();
  }

  /** The kept bytes as one, in a buffer of their own. */
  keptBytes(): Uint8Array<ArrayBuffer> {
    const whole = new Uint8Array(this.kept);
    let at = 0;
    for (const { bytes, used, isKept } of this.#blocks) {
      if (!isKept) break;
      whole.set(bytes.subarray(0, used), at);
      at += used;
    }
    return whole;
  }

  /** Keeps nothing any more: only what was not taken is held from here on. */
  release(): void {
    this.#keepBytes = 0;
    this.#blocks.splice(0, this.#next);
    this.#next = 0;
    for (const block of this.#blocks) block.isKept = false;
  }

  #store(bytes: Uint8Array, isKept: boolean): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    for (let rest = bytes; rest.length > 0; ) {
      const block = this.#openBlock(rest.length, isKept);
      const piece = rest.subarray(0, block.bytes.length - block.used);
      block.bytes.set(piece, block.used);
      pieces.push(block.bytes.subarray(block.used, block.used + piece.length));
      block.used += piece.length;
      rest = rest.subarray(piece.length);
    }
    this.ahead += bytes.length;
    this.total += bytes.length;
    if (isKept) this.kept += bytes.length;
    return pieces;
  }

  #openBlock(wanted: number, isKept: boolean): Block {
    const last = this.#blocks.at(-1);
    if (last && last.isKept === isKept && last.used < last.bytes.length) return last;
    const grown = Math.min(Math.max(this.total, MIN_BLOCK_BYTES), MAX_BLOCK_BYTES);
    const block = { bytes: new Uint8Array(Math.max(wanted, grown)), used: 0, isKept };
    this.#blocks.push(block);
    return block;
  }

  /** Goes on to the next block; one that is still being filled is not left. */
  #leave(block: Block): void {
    if (block.used < block.bytes.length && this.#next === this.#blocks.length - 1) return;
    if (block.isKept) this.#next += 1;
    else this.#blocks.splice(this.#next, 1);
    this.#offset = 0;
  }
}
