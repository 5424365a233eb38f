import { fold, stem } from '../words/fold.ts';
import { type Compound, compoundsOf, MAX_WHOLE, readCompound, readWords } from '../words/read-words.ts';
import { quote } from '../words/vector.ts';

/** A term as PostgreSQL searches for it. */
export interface TermQuery {
  /** A tsquery: exact where words must follow each other. */
  readonly full: string;
  /** A tsquery without places: all that `full` matches and perhaps more. */
  readonly relaxed: string;
  /** What is marked where it stands; one that ends in `*` is the beginning of others. */
  readonly lexemes: readonly string[];
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PLAIN_WORD = /^\p{L}{4,24}$/u;

/** Words of the project that a word may have been meant for. */
export type Corrections = ReadonlyMap<string, readonly string[]>;

/** Makes a term's query; null when there is no word in it. */
export function toTermQuery(text: string, corrections: Corrections = new Map()): TermQuery | null {
  const compounds = [...compoundsOf(text)];
  const [first] = compounds;
  if (!first) return null;
  return compounds.length === 1 ? compoundQuery(first, corrections) : toPartsQuery(text);
}

/** The words that a typo is looked for in, of a term that is not quoted. */
export function correctable(text: string): string[] {
  return [...compoundsOf(text)]
    .map((compound) => fold(compound.text))
    .filter((word) => PLAIN_WORD.test(word));
}

/**
 * An identifier with signs in it is searched for as it is written; one of dots and hyphens, as `this.prisma.user`, also
 * as a part of a longer one, and so is what people write with a hyphen or with a blank.
 */
function compoundQuery(compound: Compound, corrections: Corrections): TermQuery | null {
  const { text } = compound;
  const folded = fold(text);
  const taken = corrections.get(folded);
  if (taken) return anyLexeme([folded, ...taken].map(stem));
  const phrase = toPartsQuery(text);
  const whole = wholeOf(compound);
  if (whole === null) return phrase;
  const exact = UUID.test(text) || /[_/\\#@+]|\d/.test(text) || !/[-.:'’&]/.test(text);
  if (exact || phrase === null) return anyLexeme([whole]);
  return {
    full: `(${quote(whole)} | ${phrase.full})`,
    relaxed: `(${quote(whole)} | ${phrase.relaxed})`,
    lexemes: [whole, ...phrase.lexemes],
  };
}

function anyLexeme(lexemes: readonly string[]): TermQuery {
  const query = `(${lexemes.map(toQuery).join(' | ')})`;
  return { full: query, relaxed: query, lexemes };
}

function toQuery(lexeme: string): string {
  return lexeme.endsWith('*') ? `${quote(lexeme.slice(0, -1))}:*` : quote(lexeme);
}

const NAME = /^[\p{L}\p{N}\p{M}_$]+$/u;

/** The lexeme by which a text that is one name, as `getUserById`, is found wherever the name stands; null for others. */
export function nameOf(text: string): string | null {
  const [compound, other] = compoundsOf(text);
  return compound && !other && NAME.test(text) ? wholeOf(compound) : null;
}

/** The lexeme of the whole compound; null for a simple word. */
function wholeOf(compound: Compound): string | null {
  const wholes: { lexeme: string; length: number }[] = [];
  readCompound(
    compound,
    {
      lexeme: (lexeme, role, { start, end }) => {
        if (role === 'whole') wholes.push({ lexeme, length: end - start });
      },
    },
    1,
  );
  if (compound.text.length > MAX_WHOLE) return null;
  const longest = Math.max(...wholes.map(({ length }) => length));
  return wholes.find(({ length }) => length === longest)?.lexeme ?? null;
}

/** Makes the query of all parts of a text, one behind the other; null when there is no word in it. */
export function toPartsQuery(text: string): TermQuery | null {
  const parts: { lexeme: string; position: number }[] = [];
  let gram = -1;
  readWords(text, {
    lexeme(lexeme, role, { position }) {
      // The last letter of a run is in the gram before; alone, any gram may begin with it.
      if (role === 'whole' || (role === 'tail' && gram === position - 1)) return;
      if (role === 'gram') gram = position;
      parts.push({ lexeme: role === 'tail' ? `${lexeme}*` : lexeme, position });
    },
  });
  const [first, ...others] = parts;
  if (!first) return wholeAlone(text);
  if (others.length === 0) return anyLexeme([first.lexeme]);
  let position = first.position;
  let full = toQuery(first.lexeme);
  for (const part of others) {
    full += ` <${part.position - position}> ${toQuery(part.lexeme)}`;
    position = part.position;
  }
  const lexemes = parts.map(({ lexeme }) => lexeme);
  return { full: `(${full})`, relaxed: `(${lexemes.map(toQuery).join(' & ')})`, lexemes };
}

/** A UUID in a phrase has no parts. */
function wholeAlone(text: string): TermQuery | null {
  const wholes: string[] = [];
  readWords(text, { lexeme: (lexeme) => wholes.push(lexeme) });
  return wholes.length === 0 ? null : anyLexeme(wholes);
}
