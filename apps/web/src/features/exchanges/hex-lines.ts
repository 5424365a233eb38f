const ROW_BYTES = 16;

/** Bytes as people read them: where they begin, in hexadecimal, and as ASCII with a dot for what is none. */
export function toHexLines(bytes: Uint8Array, from: number, to: number): string {
  const lines: string[] = [];
  for (let at = from; at < Math.min(to, bytes.length); at += ROW_BYTES) {
    const row = Array.from(bytes.subarray(at, Math.min(at + ROW_BYTES, to)));
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const ascii = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(ROW_BYTES * 3 - 1)}  ${ascii}`);
  }
  return lines.join('\n');
}
