/**
 * What a terminal acts on instead of showing it, or shows as nothing: control characters except tab and line feed,
 * line separators, halves of characters, the characters that turn the direction of a text, and all that Unicode says
 * to show nothing for, such as tags, soft hyphens and fillers. The selectors that belong to emoji stay.
 */
const ACTIVE =
  /[[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]--[\t\n\ufe00-\ufe0f]]/gv;

/**
 * Makes stored text safe to show on a terminal: what would be executed, reordered or hidden is shown as an escape such
 * as `\x1b` or `\u202e`. Lines and tabs are kept.
 */
export function visible(text: string): string {
  return text.replace(ACTIVE, toEscape);
}

/** The same on one line: line feeds and tabs are shown as `\n` and `\t`. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** JSON whose strings a terminal does not act on either; what it parses to is the same. */
export function visibleJson(json: string): string {
  // JSON.stringify has escaped what JSON must; line feeds between its tokens are not in here.
  return json.replace(ACTIVE, (character) => character.split('').map(toUnitEscape).join(''));
}

function toEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? toUnitEscape(character) : `\\u{${code.toString(16)}}`;
}

function toUnitEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
