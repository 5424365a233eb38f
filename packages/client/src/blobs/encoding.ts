import { type BlobEncoding, isPlainText } from '@stepledger/contract';

/** A text as the bytes in which it is stored: UTF-8, or UTF-16LE where UTF-8 could not hold it. */
export function encodeText(text: string): { encoding: BlobEncoding; bytes: Uint8Array<ArrayBuffer> } {
  if (isPlainText(text)) return { encoding: 'utf8', bytes: new TextEncoder().encode(text) };
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < text.length; index++) view.setUint16(index * 2, text.charCodeAt(index), true);
  return { encoding: 'utf16le', bytes };
}

/** 8 KiB: more arguments than some engines take in one call would fail. Spreading them would take 15 times as long. */
const CHUNK = 8192;

export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += CHUNK) {
    binary += Reflect.apply(String.fromCharCode, null, bytes.subarray(start, start + CHUNK));
  }
  return btoa(binary);
}

export function fromBase64(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  // A loop, because Uint8Array.from goes through the string's iterator: 3 s for 16 MiB.
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/** The bytes that a value takes inside a JSON body. */
export function jsonBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
