import type { Output } from '../output/output.ts';
import { visible } from '../output/visible.ts';

/**
 * Prints a stored text: to a pipe or file exactly, nothing added; on a terminal so that it is only shown.
 *
 * A text with half a surrogate pair is no UTF-8. It goes to a pipe as it is stored, as UTF-16LE, and a line on standard
 * error says so.
 */
export async function printExact(out: Output, text: string): Promise<void> {
  if (out.isTerminal) return out.write(endLine(visible(text)));
  if (text.isWellFormed()) return out.write(text);
  out.warn('This text cannot be written as UTF-8; it is printed as UTF-16LE, as it is stored.');
  return out.write(Buffer.from(text, 'utf16le'));
}

/** Prints stored bytes: exactly, or on a terminal as the text that they are. */
export async function printBytes(out: Output, bytes: Uint8Array): Promise<void> {
  if (!out.isTerminal) return out.write(bytes);
  // Bytes that are no UTF-8 are shown as replacement characters.
  return out.write(endLine(visible(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))));
}

function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
