/** The text for a request: the same for the same body, with what storage, transport or a parser may trip over. */
export function defaultAnswer({ sha256 }: { sha256: string }): string {
  const id = sha256.slice(0, 12);
  return [
    `# Answer ${id}`,
    '',
    `It's "done" \u{1f469}\u200d\u{1f4bb}: caf\u00e9, cafe\u0301, \u6f22\u5b57, a\ttab, a \\backslash\\ and <b>&amp;</b>\u2028.`,
    '',
    '```ts',
    `export const answer = '${sha256}';`,
    '```',
    '',
    '- [ ] first subtask',
    '- [x] second subtask',
    ' ',
  ].join('\r\n');
}

/** A text of exactly so many UTF-8 bytes that differs from place to place. */
export function textOfBytes(bytes: number): string {
  const lines: string[] = [];
  let left = bytes;
  for (let number = 1; left > 0; number++) {
    const line = `line ${number} \u{1f600} caf\u00e9 "quoted"\r\n`;
    const size = Buffer.byteLength(line);
    // What is left is filled up with a letter, as a cut could fall inside of a character.
    lines.push(size <= left ? line : 'x'.repeat(left));
    left -= size;
  }
  return lines.join('');
}

/** Cuts a text into pieces of so many code units; a pair of surrogates stays together. */
export function toPieces(text: string, length: number): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    let end = start + length;
    if (/[\ud800-\udbff]/.test(text.charAt(end - 1))) end++;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces.length === 0 ? [''] : pieces;
}
