import { fromBase64, toBase64 } from '../blobs/encoding.ts';
import { isRecord } from '../errors/to-stepledger-error.ts';
import type { SpooledCall } from './spool.ts';

const BYTES = '$bytes';
/** Names that a caller may have used: they get one `$` more, so that `$bytes` always is bytes. */
const LIKE_BYTES = /^\$+bytes$/;

/** A call as one line of JSON, which escapes line ends and lone surrogates; bytes become `{ $bytes: base64 }`. */
export function toLine({ path, input }: SpooledCall): Uint8Array {
  return jsonLine({ at: new Date().toISOString(), path, input });
}

/** What is kept of a call that is put aside: its line as it is, so that it could be sent after all. */
export function toRejectedLine(line: Uint8Array, reason: string): Uint8Array {
  if (readLine(line) === null) return jsonLine({ reason, line });
  return new TextEncoder().encode(`{"reason":${JSON.stringify(reason)},"call":${decode(line)}}\n`);
}

/** The call of a line without its end; null where a disk made something else of it. */
export function readLine(line: Uint8Array): SpooledCall | null {
  let value: unknown;
  try {
    value = JSON.parse(decode(line), unpack);
  } catch {
    return null;
  }
  if (!isRecord(value)) return null;
  const { path, input } = value;
  return typeof path === 'string' && isRecord(input) ? { path, input } : null;
}

export function jsonLine(value: object): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, pack)}\n`);
}

/** Throws on what is not UTF-8: replaced characters would be another text. */
function decode(line: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line);
}

function pack(this: Record<string, unknown>, key: string, value: unknown): unknown {
  // Not `value`: of a Buffer, that is already what its toJSON made.
  const original = this[key];
  if (original instanceof Uint8Array) return { [BYTES]: toBase64(original) };
  return isRecord(value) ? renamed(value, (name) => `$${name}`) : value;
}

function unpack(_key: string, value: unknown): unknown {
  if (!isRecord(value)) return value;
  const base64 = Object.hasOwn(value, BYTES) ? value[BYTES] : undefined;
  return typeof base64 === 'string' ? fromBase64(base64) : renamed(value, (name) => name.slice(1));
}

function renamed(record: Record<string, unknown>, rename: (name: string) => string): Record<string, unknown> {
  if (!Object.keys(record).some((name) => LIKE_BYTES.test(name))) return record;
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [LIKE_BYTES.test(name) ? rename(name) : name, value]),
  );
}
