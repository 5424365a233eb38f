import fc from 'fast-check';

/** Pieces of which answers are made, and what a parser may trip over. */
const PIECES = [
  '# A heading\n',
  '## **B** 书\r\n',
  '### c ##\n',
  'Underlined\n===\n',
  'Ruled\n---\n',
  '- item\n',
  '- [ ] open\n',
  '* [x] done\r\n',
  '  - nested\n',
  '  continued\n',
  '- - twice\n',
  '1. first\n',
  '2) second\n',
  '-\n',
  '```\n',
  '```ts src/a.ts\n',
  '````md\r\n',
  '~~~\r',
  '> ',
  '    indented\n',
  '\tcode\n',
  '<answer>\n',
  '{"a": [1, "}"]}',
  "{'b': 2,}",
  '[CONTENT]',
  '[',
  '{',
  '"',
  "it's ",
  ' ',
  '\n',
  '\n\n',
  '\r\n',
  '\r',
  '\0',
  '\ud800',
  '\udc00',
  '\ufeff',
  '\u2028',
  'words',
  'x'.repeat(250),
];

/** An answer as a model may write it, or as nobody would. */
export function anyAnswer(): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...PIECES), { maxLength: 40, size: 'max' })
    .map((pieces) => pieces.join(''));
}
