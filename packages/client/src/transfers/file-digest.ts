import { sha256 } from '@noble/hashes/sha2.js';

/**
 * What the last line of a file tells of those before it: how many there are of each type, and the hash over their bytes.
 *
 * WebCrypto hashes what it has whole; a file never is.
 */
export class FileDigest {
  #hash = sha256.create();
  #counts = new Map<string, number>();
  lines = 0;
  bytes = 0;

  /** Takes a line with its line break. */
  add(type: string, bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#counts.set(type, (this.#counts.get(type) ?? 0) + 1);
    this.lines += 1;
    this.bytes += bytes.length;
  }

  /** The state as it is now, which later lines do not change. */
  copy(): FileDigest {
    const copy = new FileDigest();
    copy.#hash = this.#hash.clone();
    copy.#counts = new Map(this.#counts);
    copy.lines = this.lines;
    copy.bytes = this.bytes;
    return copy;
  }

  counts(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  sha256(): string {
    const digest = this.#hash.clone().digest();
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}

/** The hash of bytes, as a blob's name tells it. */
export function hashOf(bytes: Uint8Array): string {
  return Array.from(sha256(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
