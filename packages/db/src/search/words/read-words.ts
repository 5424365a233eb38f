import { fold, foldUnspaced, stem } from './fold.ts';

/**
 * What a lexeme stands for: a `part` of a word at a position of its own; a `whole` identifier, path or version at the
 * position of its first part; a `gram` of two letters of a script without blanks; the `tail`, the last such letter.
 */
export type LexemeRole = 'part' | 'whole' | 'gram' | 'tail';

/** A place where the text has a lexeme: [start, end) in UTF-16 code units. */
export interface Place {
  readonly position: number;
  readonly start: number;
  readonly end: number;
}

export interface WordSink {
  lexeme(lexeme: string, role: LexemeRole, place: Place): void;
  /** A word of letters as it is written but for case and accents, for those who mistype it. */
  word?(folded: string): void;
}

/** Han, Kana, Hangul and the scripts of South-East Asia: words have no blanks between them, or a search is for a part. */
const UNSPACED =
  '\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Hang}\\p{sc=Bopo}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmr}\\p{sc=Mymr}\\u30fc\\uff70';
const LETTER = '[\\p{L}\\p{N}\\p{M}_$]';
/** Each repetition ends where the next begins, so that the time is linear. */
const COMPOUND = new RegExp(
  `[#@]?${LETTER}+(?:[-./\\\\:@'’+&]{1,2}${LETTER}+)*(?:\\+\\+|#)?|\\p{Extended_Pictographic}`,
  'gu',
);
const RUNS = new RegExp(`[${UNSPACED}]+|[^${UNSPACED}]+`, 'gu');
const HAS_UNSPACED = new RegExp(`[${UNSPACED}]`, 'u');
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const VERSION = /^v(\d+(?:\.\d+)+(?:-[0-9a-z.]+)?)$/i;
const CAMEL = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;
const SIMPLE = /^[a-z0-9]+$/;

/** A whole that is longer is known by its parts only; a lexeme of PostgreSQL ends at 2,046 bytes. */
export const MAX_WHOLE = 200;
/** A longer part is cut: nobody types it, but it can be pasted, and is then cut in the same places. */
const MAX_PART = 64;
/** Levels of a path that can be searched for from its beginning, and from its end. */
const MAX_LEVELS = 16;
const VOCABULARY = /^\p{L}{4,24}$/u;

/** What stands between blanks and brackets as one: a word, an identifier, a path, a version. */
export interface Compound {
  readonly text: string;
  readonly start: number;
}

export function* compoundsOf(text: string): Generator<Compound> {
  for (const match of text.matchAll(COMPOUND)) yield { text: match[0], start: match.index };
}

/**
 * Reads the words of a text, the same way for what is stored and for what is searched for.
 *
 * @param from the first position, which makes one row of several texts.
 * @returns the position behind the last part.
 */
export function readWords(text: string, sink: WordSink, from = 1): number {
  let position = from;
  for (const compound of compoundsOf(text)) position = readCompound(compound, sink, position);
  return position;
}

export function readCompound({ text, start }: Compound, sink: WordSink, position: number): number {
  // Most words are this.
  if (SIMPLE.test(text)) return emitPart(text, { sink, start, position });
  const whole = (lexeme: string, from: number, to: number) => {
    if (lexeme !== '' && lexeme.length <= MAX_WHOLE) {
      sink.lexeme(lexeme, 'whole', { position, start: start + from, end: start + to });
    }
  };
  const sigil = /^[#@]/.test(text) ? 1 : 0;
  const bare = text.slice(sigil);
  if (UUID.test(bare)) {
    whole(fold(bare), sigil, text.length);
    return position + 1;
  }
  if (sigil > 0 || /(?:\+\+|#)$/.test(text)) whole(fold(text), 0, text.length);
  const atoms = [...bare.matchAll(/[^:@'’+&#]+/g)];
  if (atoms.length > 1) whole(fold(bare), sigil, text.length);
  const version = VERSION.exec(bare)?.[1];
  if (version !== undefined) whole(fold(version), sigil + 1, text.length);
  let next = position;
  for (const atom of atoms) {
    next = readAtom({ text: atom[0], start: start + sigil + atom.index }, sink, next);
  }
  return next;
}

/** A path or a name with dots and hyphens. */
function readAtom({ text, start }: Compound, sink: WordSink, position: number): number {
  if (SIMPLE.test(text)) return emitPart(text, { sink, start, position });
  const segments = [...text.matchAll(/[^/\\]+/g)];
  if (segments.length > 1) emitLevels(segments, { sink, start, position });
  let next = position;
  for (const segment of segments) {
    next = readSegment({ text: segment[0], start: start + segment.index }, sink, next);
  }
  return next;
}

/** Every beginning of a path, as `src/auth` of `src/auth/login.ts`, every end, as `auth/login.ts`, and the whole. */
function emitLevels(
  segments: readonly RegExpExecArray[],
  { sink, start, position }: { sink: WordSink; start: number; position: number },
): void {
  const names = segments.map((segment) => fold(segment[0]));
  const emit = (first: number, last: number) => {
    const lexeme = names.slice(first, last + 1).join('/');
    const [from, to] = [segments[first], segments[last]];
    if (!from || !to || lexeme === '' || lexeme.length > MAX_WHOLE) return;
    const end = start + to.index + to[0].length;
    sink.lexeme(lexeme, 'whole', { position: position, start: start + from.index, end });
  };
  const last = names.length - 1;
  for (let level = 1; level < Math.min(last, MAX_LEVELS); level++) emit(0, level);
  for (let level = Math.max(1, last - MAX_LEVELS); level < last; level++) emit(level, last);
  emit(0, last);
}

/** A name: `login.ts`, `read-only`, `user_id`. */
function readSegment({ text, start }: Compound, sink: WordSink, position: number): number {
  if (SIMPLE.test(text)) return emitPart(text, { sink, start, position });
  const names = [...text.matchAll(/[^-.]+/g)];
  const emitWhole = (lexeme: string) => {
    if (lexeme === '' || lexeme.length > MAX_WHOLE) return;
    sink.lexeme(lexeme, 'whole', { position, start, end: start + text.length });
  };
  if (names.length > 1) {
    emitWhole(fold(text.replace(/^[-.]+|[-.]+$/g, '')));
    if (!text.includes('.')) emitSquashed(fold(text.replaceAll(/[-_]/g, '')), emitWhole, sink);
  }
  let next = position;
  for (const name of names) next = readName({ text: name[0], start: start + name.index }, sink, next);
  return next;
}

/** An identifier: its parts, and itself without what joins them. */
function readName({ text, start }: Compound, sink: WordSink, position: number): number {
  if (SIMPLE.test(text)) return emitPart(text, { sink, start, position });
  const words = [...text.matchAll(/[^_$]+/g)];
  const parts = words.flatMap((word) => splitCamel({ text: word[0], start: start + word.index }));
  if (parts.length > 1) {
    const place = { position, start, end: start + text.length };
    const emitWhole = (lexeme: string) => {
      if (lexeme !== '' && lexeme.length <= MAX_WHOLE) sink.lexeme(lexeme, 'whole', place);
    };
    if (words.length > 1) emitWhole(fold(text.replace(/^[_$]+|[_$]+$/g, '')));
    emitSquashed(fold(parts.map((part) => part.text).join('')), emitWhole, sink);
  }
  let next = position;
  for (const part of parts) next = readPart(part, sink, next);
  return next;
}

/** Also as a form of a word, so that `databases` finds `DataBase`. */
function emitSquashed(squashed: string, emit: (lexeme: string) => void, sink: WordSink): void {
  emit(squashed);
  if (sink.word && VOCABULARY.test(squashed)) sink.word(squashed);
  const stemmed = stem(squashed);
  if (stemmed !== squashed) emit(stemmed);
}

function splitCamel({ text, start }: Compound): Compound[] {
  let at = start;
  return text.split(CAMEL).map((part) => {
    const found = { text: part, start: at };
    at += part.length;
    return found;
  });
}

function readPart({ text, start }: Compound, sink: WordSink, position: number): number {
  if (!HAS_UNSPACED.test(text)) return emitPart(fold(text), { sink, start, position, length: text.length });
  let next = position;
  for (const run of text.matchAll(RUNS)) {
    const piece = { sink, start: start + run.index, position: next };
    if (HAS_UNSPACED.test(run[0])) next = emitGrams(run[0], piece);
    else next = emitPart(fold(run[0]), { ...piece, length: run[0].length });
  }
  return next;
}

interface Spot {
  readonly sink: WordSink;
  readonly start: number;
  readonly position: number;
  /** Of the text as it is written; that of the folded one when left out. */
  readonly length?: number;
}

function emitPart(folded: string, { sink, start, position, length = folded.length }: Spot): number {
  // Accents alone are no word.
  if (folded === '') return position;
  const end = start + length;
  if (folded.length <= MAX_PART) {
    sink.lexeme(stem(folded), 'part', { position, start, end });
    if (sink.word && VOCABULARY.test(folded)) sink.word(folded);
    return position + 1;
  }
  let next = position;
  for (let at = 0; at < folded.length; at += MAX_PART) {
    const place = { position: next++, start: start + at, end: Math.min(start + at + MAX_PART, end) };
    sink.lexeme(folded.slice(at, at + MAX_PART).toWellFormed(), 'part', place);
  }
  return next;
}

function emitGrams(run: string, { sink, start, position }: Spot): number {
  const letters = [...run];
  let at = start;
  for (const [index, letter] of letters.entries()) {
    const following = letters[index + 1] ?? '';
    const place = { position: position + index, start: at, end: at + letter.length + following.length };
    sink.lexeme(foldUnspaced(letter + following), following === '' ? 'tail' : 'gram', place);
    at += letter.length;
  }
  return position + letters.length;
}
