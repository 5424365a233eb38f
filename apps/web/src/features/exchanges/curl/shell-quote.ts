/** What a terminal may act upon when it is pasted, or what a person does not see. */
const UNSEEN = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

/**
 * A text as one word of bash or zsh that is exactly that text, whatever is in it; null when no word can hold it, because
 * of a NUL or half a character.
 *
 * Control characters are written as codes: pasted as they are, a line could end the pasting and run as a command.
 */
export function shellQuote(text: string): string | null {
  if (text.includes('\0') || !text.isWellFormed()) return null;
  if (!UNSEEN.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`;
  return `$'${text.replace(/[\\'!?]|[\p{Cc}\p{Cf}\u2028\u2029]/gu, escaped)}'`;
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\\' || character === "'") return `\\${character}`;
  // By bytes, so that the locale of the shell does not matter; in three octal digits, which no digit can follow.
  return Array.from(
    new TextEncoder().encode(character),
    (byte) => `\\${byte.toString(8).padStart(3, '0')}`,
  ).join('');
}
