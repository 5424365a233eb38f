import { usageError } from '../shell/cli-error.ts';

/** Reads bytes as the text that they are, BOM included; refuses what is not UTF-8, which would not come back as it was. */
export function decodeExact(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw usageError(`${name} is not UTF-8`, 'Save it as UTF-8; documents are texts.');
  }
}

/** Refuses a text that no file, or hardly any editor, holds as it is. */
export function checkEditable(text: string): void {
  const reason = !text.isWellFormed()
    ? 'halves of characters (lone surrogates), which no file of UTF-8 can hold'
    : text.includes('\0')
      ? 'NUL characters, which editors damage'
      : null;
  if (reason === null) return;
  throw usageError(
    `The text holds ${reason}, so it is not opened in an editor`,
    'Write it by the API, or replace it as a whole: stepledger edit DOC --file PATH.',
  );
}

/** Takes off the line feed that editors put behind a last line that had none. */
export function withEndOf(before: string, edited: string): string {
  const wasAdded = before !== '' && !before.endsWith('\n') && edited.endsWith('\n');
  return wasAdded ? edited.slice(0, -1) : edited;
}
