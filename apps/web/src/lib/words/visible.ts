/**
 * What would be shown as nothing, or turn the direction of what follows: control characters, halves of characters, and
 * all that Unicode says to show nothing for, such as tags and fillers. Tab and line feed are shown as they are, and
 * what belongs to emoji stays: their selectors, and the joiner between two, of which the first may have a skin colour.
 */
const HIDDEN =
  /(?![\t\n]|[\ufe00-\ufe0f]|\u200d(?<=\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?\u200d)(?=\p{Extended_Pictographic}))[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;

/** A stretch of a text that is shown as it is, or the code of a character that is not. */
export interface VisiblePart {
  /** Where in the text it begins. */
  at: number;
  text: string;
  isCode: boolean;
}

/** Cuts a text at what cannot be seen, which becomes its code. */
export function toVisibleParts(text: string): VisiblePart[] {
  const parts: VisiblePart[] = [];
  let from = 0;
  for (const { 0: character, index } of text.matchAll(HIDDEN)) {
    if (index > from) parts.push({ at: from, text: text.slice(from, index), isCode: false });
    parts.push({ at: index, text: codeOf(character), isCode: true });
    from = index + character.length;
  }
  if (from < text.length) parts.push({ at: from, text: text.slice(from), isCode: false });
  return parts;
}

/** A text with the codes of what cannot be seen, for where only text can stand: titles, labels, options. */
export function toVisible(text: string): string {
  return text.replace(HIDDEN, codeOf);
}

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
