import { stemmer } from 'stemmer';

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant.
const ASCII = /^[\x00-\x7f]*$/;
const ACCENTS = /[\u0300-\u036f]+/g;
/** Letters that Unicode does not take apart. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ı: 'i',
  þ: 'th',
};
const SPECIAL = /[ßæœøđðłıþ]/g;

/** A word without case and accents, full-width letters as the plain ones. */
export function fold(word: string): string {
  if (ASCII.test(word)) return word.toLowerCase();
  return word
    .normalize('NFKD')
    .replace(ACCENTS, '')
    .toLowerCase()
    .replace(SPECIAL, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFC');
}

/** Text of a script without blanks between words: accents there are letters of their own. */
export function foldUnspaced(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

const STEMMABLE = /^[a-z]{3,40}$/;
/** Distinct words of a project repeat; the stems of these many are kept. */
const MAX_STEMS = 50_000;
const stems = new Map<string, string>();

/** What forms of one English word have in common: `designs`, `designed` and `design`. Other words stay as they are. */
export function stem(folded: string): string {
  if (!STEMMABLE.test(folded)) return folded;
  const known = stems.get(folded);
  if (known !== undefined) return known;
  if (stems.size >= MAX_STEMS) stems.clear();
  const made = stemmer(folded);
  stems.set(folded, made);
  return made;
}
