import type { RowLine, UnitLine } from '@stepledger/contract';
import { fromBase64 } from '../blobs/encoding.ts';
import { isLedgerError } from '../errors/stepledger-error.ts';
import { badFile } from './bad-file.ts';
import type { LooseLine } from './read-line.ts';
import type { TransferCalls } from './transfer-calls.ts';

/** A call goes out with the entry that brings it to either. */
const FULL_BYTES = 2 * 1024 * 1024;
const FULL_LINES = 4_000;
/** Texts that come before their entry go ahead of it when there are more. */
const AHEAD_BYTES = 6 * 1024 * 1024;
/** What is larger is sent as bytes, where nothing has to turn it into JSON and back. */
const LARGE_BYTES = 512 * 1024;

interface Held {
  readonly number: number;
  readonly line: LooseLine;
  readonly bytes: number;
}

/** The next lines of one unit on their way to the server. */
export class ImportBatch {
  readonly #calls: TransferCalls;
  readonly #unit: UnitLine;
  #held: Held[] = [];
  #bytes = 0;
  #sending: Promise<void> | null = null;

  constructor(calls: TransferCalls, unit: UnitLine) {
    this.#calls = calls;
    this.#unit = unit;
  }

  /** Takes a line, and sends what there is when it is much. */
  async add(number: number, line: LooseLine, bytes: number): Promise<void> {
    if (line.type === 'blob' && bytes > LARGE_BYTES) {
      await this.#putLarge(number, line);
      return;
    }
    this.#held.push({ number, line, bytes });
    this.#bytes += bytes;
    const isFull = this.#bytes > FULL_BYTES || this.#held.length > FULL_LINES;
    if (isFull && endsGroup(line)) await this.#flush();
    else if (this.#bytes > AHEAD_BYTES) await this.#sendAhead();
  }

  /** Sends what is whole: of a file that was cut off, what belongs to no entry is left. */
  async flushWhole(): Promise<void> {
    this.#hold(this.#held.slice(0, this.#held.findLastIndex(({ line }) => endsGroup(line)) + 1));
    await this.finish();
  }

  /** Sends what is left, and waits until all is written. @throws what the server refuses */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#settle();
  }

  async #flush(): Promise<void> {
    if (this.#held.length === 0) return;
    // The server writes these while the next are read; what it says of them is met before more is sent.
    await this.#settle();
    this.#sending = this.#send(this.#held, this.#unit);
    this.#sending.catch(() => undefined);
    this.#hold([]);
  }

  /** Resolves when nothing is on its way. @throws what the server refuses */
  async #settle(): Promise<void> {
    const sending = this.#sending;
    this.#sending = null;
    await sending;
  }

  #hold(held: Held[]): void {
    this.#held = held;
    this.#bytes = held.reduce((bytes, one) => bytes + one.bytes, 0);
  }

  /** Texts belong to nothing yet, and attempts take no revision. */
  async #sendAhead(): Promise<void> {
    await this.#settle();
    const blobs = this.#held.filter(({ line }) => line.type === 'blob');
    if (blobs.length > 0) await this.#send(blobs, undefined);
    const opened = new Set(this.#held.flatMap(({ line }) => (line.type === 'exchange' ? [line['id']] : [])));
    const isEarly = ({ line }: Held) =>
      line.type === 'message' || (line.type === 'attempt' && !opened.has(line['exchangeId']));
    const entries = this.#held.findLastIndex(({ line }) => line.type === 'entry');
    const early = this.#held.filter((held, index) => index > entries && isEarly(held));
    if (early.length > 0 && entries === -1) await this.#send(early, this.#unit);
    const sent = new Set([...blobs, ...(entries === -1 ? early : [])]);
    this.#hold(this.#held.filter((held) => !sent.has(held)));
  }

  async #send(held: readonly Held[], unit: UnitLine | undefined): Promise<void> {
    const lines = held.map(({ line }) => line as unknown as RowLine);
    const { features, options } = this.#calls;
    try {
      await features.transfers.import({ ...(unit && { unit }), lines }, options);
    } catch (error) {
      throw toFileError(error, held);
    }
  }

  /** @throws BAD_INPUT where the bytes are not those that the line names */
  async #putLarge(number: number, line: LooseLine): Promise<void> {
    const { id, text, base64 } = line;
    const isText = typeof text === 'string';
    if (typeof id !== 'string' || (!isText && typeof base64 !== 'string')) {
      throw badFile(number, 'must have an id, and text or base64');
    }
    const bytes = isText ? new TextEncoder().encode(text) : fromBase64(String(base64));
    const encoding = id.slice(id.indexOf('.') + 1);
    if (encoding !== 'utf8' && encoding !== 'utf16le' && encoding !== 'binary')
      throw badFile(number, 'is no name of a text', 'id');
    const { options, blobs } = this.#calls;
    const stored = await blobs.put(bytes, { ...options, encoding });
    if (stored.id !== id)
      throw badFile(number, `is not the hash of what it names, which is ${stored.id}`, 'id');
  }
}

function endsGroup({ type }: LooseLine): boolean {
  return (
    type === 'entry' || type === 'prompt_version' || type === 'workflow_version' || type === 'prompt_label'
  );
}

/** Names the line of the file where the server names the line of the call. */
function toFileError(error: unknown, held: readonly Held[]): unknown {
  if (!isLedgerError(error, 'BAD_INPUT')) return error;
  const [issue] = error.details.issues;
  const place = /^lines\[(\d+)\]\.?(.*)$/.exec(issue?.path ?? '');
  const number = place ? held[Number(place[1])]?.number : held[0]?.number;
  return number === undefined || !issue
    ? error
    : Object.assign(badFile(number, issue.reason, place?.[2] ?? issue.path), { cause: error });
}
