import fc from 'fast-check';

/** Pieces that storage, transport or a kind hand are known to change. */
const NASTY = [
  '',
  '\0',
  'a\0b',
  '\ud800',
  '\udfff',
  '\udc00\ud800',
  '\ufeff',
  '\ufffd',
  '\uffff',
  '\r\n',
  '\r',
  '\n',
  '\t ',
  ' ',
  '\u00a0',
  '\u2028\u2029',
  '\u0007\u001b[31m',
  'e\u0301',
  '\u00e9',
  '\u{1f469}\u200d\u{1f4bb}',
  '\\',
  '\\u0000',
  '\\x00',
  '"',
  "'",
  "''; DROP TABLE blob; --",
  '$1',
  ':name',
  '?',
  '%s',
  '{{x}}',
  '__proto__',
  'null',
  '</script>',
];

export interface TextConstraints {
  /** In UTF-16 code units. Default 2,000. */
  maxLength?: number;
}

/** Any JavaScript string: NUL, lone surrogates, CRLF, BOM, blanks at the ends, empty, and ordinary text. */
export function anyText({ maxLength = 2_000 }: TextConstraints = {}): fc.Arbitrary<string> {
  const codeUnit = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));
  const nasty = fc.constantFrom(...NASTY);
  return fc
    .oneof(
      nasty,
      fc.string({ unit: codeUnit, maxLength, size: 'large' }),
      fc.string({ unit: 'grapheme', maxLength }),
      fc
        .array(fc.oneof(nasty, fc.string({ unit: 'grapheme', maxLength: 20 })), { maxLength: 40 })
        .map((pieces) => pieces.join('')),
    )
    .map((text) => text.slice(0, maxLength));
}

/** A text of exactly so many code units, with nasty pieces at its ends and inside. */
export function bigText(length: number): fc.Arbitrary<string> {
  return fc
    .tuple(anyText(), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }))
    .map(([ends, body]) => {
      const fill = `${body}${ends}`;
      return `${ends}${fill.repeat(Math.ceil(length / fill.length))}`.slice(0, length);
    });
}
