import type { TransferScope } from '@stepledger/contract';
import { badFile } from './bad-file.ts';
import { FileDigest } from './file-digest.ts';
import { checkLine, type LooseLine, readLine } from './read-line.ts';
import { type Chunks, splitLines } from './split-lines.ts';

/** What the ends of a file say of it, once they were found to be right. */
export interface CheckedExport {
  readonly scope: TransferScope;
  readonly lines: number;
  readonly bytes: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Over all lines but the last, as the last one tells it. */
  readonly sha256: string;
}

/**
 * Holds a file against its first and last line: whether it is whole, and as it was written.
 *
 * @throws BAD_INPUT, by the number of the line, for what is cut off, mixed up, changed or of another version
 */
export async function checkExport(chunks: Chunks): Promise<CheckedExport> {
  const frame = new FileFrame();
  for await (const fileLine of splitLines(chunks))
    frame.take(fileLine.number, readLine(fileLine), fileLine.bytes);
  return frame.end();
}

/** The first and the last line of a file, and what the last must tell of all before it. */
export class FileFrame {
  readonly digest = new FileDigest();
  #scope: TransferScope | null = null;
  #sha256: string | null = null;

  get scope(): TransferScope | null {
    return this.#scope;
  }

  /** Takes the next line into account. */
  take(number: number, line: LooseLine, bytes: Uint8Array): void {
    if (this.#sha256 !== null) throw badFile(number, 'stands behind the end');
    if ((line.type === 'header') !== (number === 1)) {
      throw badFile(number, number === 1 ? 'must be the header of an export' : 'is a second header');
    }
    if (line.type === 'header') this.#scope = checkLine(number, { ...line, type: 'header' }).scope;
    if (line.type === 'end') this.#checkEnd(number, line);
    this.digest.add(line.type, bytes);
  }

  /** @throws BAD_INPUT when the last line has not come */
  end(): CheckedExport {
    const { lines, bytes } = this.digest;
    if (this.#scope === null || this.#sha256 === null) {
      throw badFile(lines + 1, 'must be the end: the file is cut off');
    }
    return { scope: this.#scope, lines, bytes, counts: this.digest.counts(), sha256: this.#sha256 };
  }

  #checkEnd(number: number, line: LooseLine): void {
    const { counts, sha256 } = checkLine(number, { ...line, type: 'end' });
    const own = this.digest.counts();
    const types = new Set([...Object.keys(own), ...Object.keys(counts)]);
    const other = [...types].find((type) => own[type] !== counts[type]);
    if (other !== undefined) {
      const [told, there] = [counts[other] ?? 0, own[other] ?? 0];
      throw badFile(number, `tells of ${told} lines of the type ${other}, and there are ${there}`);
    }
    if (sha256 !== this.digest.sha256()) {
      throw badFile(number, 'does not fit the lines before it: one was changed', 'sha256');
    }
    this.#sha256 = sha256;
  }
}
