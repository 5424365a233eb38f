/** What a terminal may act upon when it is pasted, or what a person does not see. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
/** What ends a quoted text, or does in fish, where a backslash before one of these stands for it. */
const ENDING = /'|\\(?=[\\']|$)/g;
/** And what would end the word, in any of these shells, or be taken for more than itself in some. */
const ESCAPED = new RegExp(`[\\\\'!?]|${UNSEEN.source}`, 'gu');

/**
 * A text as one word of bash or zsh that is exactly that text, whatever is in it; null when no word can hold it, because
 * of a NUL or half a character.
 *
 * Control characters are written as codes: pasted as they are, a line could end the pasting and run as a command. So are
 * quotes and backslashes beside them: sh and fish then take the word for another text, but run nothing in it.
 */
export function shellQuote(text: string): string | null {
  if (text.includes('\0') || !text.isWellFormed()) return null;
  if (!UNSEEN.test(text)) return `'${text.replace(ENDING, (character) => `'\\${character}'`)}'`;
  return `$'${text.replace(ESCAPED, escaped)}'`;
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  // By bytes, so that the locale of the shell does not matter; in three octal digits, which no digit can follow.
  return Array.from(
    new TextEncoder().encode(character),
    (byte) => `\\${byte.toString(8).padStart(3, '0')}`,
  ).join('');
}
