import type { Snippet } from '@stepledger/contract';
import { readWords } from '../words/read-words.ts';
import type { CompiledQuery } from './compile-query.ts';

/** Code units of a snippet before the first match and behind it. */
const BEFORE = 80;
const BEHIND = 160;
/** Marks of one snippet. */
const MAX_MATCHES = 50;

type Range = [start: number, end: number];

/** The piece of a text around its first match; of the label where the text has none, else the beginning of the text. */
export function toSnippet(query: CompiledQuery, { label, body }: { label: string; body: string }): Snippet {
  return (
    around(body, guess(body, query), query) ??
    around(body, firstOf(findAll(body, query)), query) ??
    ofLabel(label.replaceAll('\n', ' '), query) ?? { text: cut(body, 0).text, matches: [] }
  );
}

function ofLabel(label: string, query: CompiledQuery): Snippet | null {
  const matches = findAll(label, query);
  return matches.length > 0 ? { text: label, matches } : null;
}

/** Where a match probably is, without reading all words; -1 when there is no telling. */
function guess(body: string, { literal, needles, lexemes }: CompiledQuery): number {
  if (literal !== null) return body.indexOf(literal);
  const folded = body.toLowerCase();
  // Where folding changes lengths, places in it mean nothing.
  if (folded.length !== body.length) return -1;
  for (const needle of needles) {
    const place = needle === '' ? -1 : folded.indexOf(needle);
    if (place !== -1) return place;
  }
  const places = [...lexemes]
    .map((lexeme) => folded.indexOf(lexeme.replace(/\*$/, '')))
    .filter((place) => place !== -1);
  return places.length > 0 ? Math.min(...places) : -1;
}

function around(body: string, place: number, query: CompiledQuery): Snippet | null {
  if (place < 0) return null;
  const { text } = cut(body, place);
  const matches = findAll(text, query);
  return matches.length > 0 ? { text, matches } : null;
}

function firstOf(matches: readonly Range[]): number {
  return matches[0]?.[0] ?? -1;
}

/** Cuts at blanks where there are any, never through a surrogate pair. */
function cut(body: string, place: number): { text: string } {
  const from = Math.max(0, place - BEFORE);
  const to = Math.min(body.length, place + BEHIND);
  const blank = from === 0 ? -1 : body.slice(from, place).search(/\s/);
  const start = from === 0 ? 0 : blank === -1 ? from : from + blank + 1;
  const rest = body.slice(to, to + BEHIND).search(/\s/);
  const end = to === body.length ? to : rest === -1 ? to : to + rest;
  return { text: body.slice(outside(body, start), outside(body, end)) };
}

function outside(body: string, place: number): number {
  const unit = body.charCodeAt(place);
  return unit >= 0xdc00 && unit <= 0xdfff && place > 0 ? place - 1 : place;
}

function findAll(text: string, { literal, lexemes }: CompiledQuery): Range[] {
  const ranges: Range[] = [];
  if (literal !== null) {
    for (let at = text.indexOf(literal); at !== -1; at = text.indexOf(literal, at + literal.length)) {
      ranges.push([at, at + literal.length]);
    }
    return ranges.slice(0, MAX_MATCHES);
  }
  const beginnings = [...lexemes]
    .filter((lexeme) => lexeme.endsWith('*'))
    .map((lexeme) => lexeme.slice(0, -1));
  readWords(text, {
    lexeme(lexeme, _role, { start, end }) {
      if (lexemes.has(lexeme) || beginnings.some((beginning) => lexeme.startsWith(beginning))) {
        ranges.push([start, end]);
      }
    },
  });
  return merge(ranges).slice(0, MAX_MATCHES);
}

function merge(ranges: readonly Range[]): Range[] {
  const merged: Range[] = [];
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}
