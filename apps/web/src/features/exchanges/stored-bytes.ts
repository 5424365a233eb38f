import type { BlobEncoding } from '@stepledger/client';

/** 8 Ki code units: more arguments than some engines take in one call would fail. */
const CHUNK = 8192;

/** The text that stored bytes are; null when they are no text. */
export function toStoredText(bytes: Uint8Array, encoding: BlobEncoding): string | null {
  if (encoding === 'utf16le') return fromUtf16(bytes);
  try {
    // Captured bodies may begin with a mark that has to stay.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** By hand, because TextDecoder changes the lone surrogates for which a text is stored in this way. */
function fromUtf16(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const units = Uint16Array.from({ length: bytes.length >> 1 }, (_, index) =>
    view.getUint16(index * 2, true),
  );
  let text = '';
  for (let start = 0; start < units.length; start += CHUNK) {
    text += String.fromCharCode(...units.subarray(start, start + CHUNK));
  }
  return text;
}

/** Has the browser save bytes as a file; nothing of them is opened. */
export function saveAsFile(bytes: Uint8Array, name: string): void {
  const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Chromium reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
