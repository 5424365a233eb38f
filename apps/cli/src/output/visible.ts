/**
 * What a terminal would act on instead of showing it: C0 and C1 control characters except tab and line feed, and the
 * characters that turn the direction of a text or hide in it.
 */
const ACTIVE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udfff]/gu;

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
  return json.replace(ACTIVE, (character) => {
    // JSON.stringify has escaped what JSON must; line feeds between its tokens are not in here.
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function toEscape(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
