import { fold } from '../words/fold.ts';
import { quote } from '../words/vector.ts';
import { parseQuery } from './parse-query.ts';
import { type Corrections, nameOf, type TermQuery, toPartsQuery, toTermQuery } from './term-query.ts';

/** One of the alternatives of a search, as it is checked for a text of several pieces. */
export interface QueryGroup {
  /** A tsquery that the words of the whole text must match; null when there is none. */
  readonly words: string | null;
  /** Tsqueries that one piece each must match. */
  readonly must: readonly string[];
  /** Tsqueries that no piece may match. */
  readonly never: readonly string[];
}

/** A search as PostgreSQL is asked it. */
export interface CompiledQuery {
  /** A tsquery that all matches match; null when everything does. */
  readonly relaxed: string | null;
  /** A tsquery for a text of one piece; null where `relaxed` says the same. */
  readonly full: string | null;
  readonly groups: readonly QueryGroup[];
  /** A tsquery of all that is looked for, for the rank and for the piece that is shown. */
  readonly shown: string;
  /** What is marked where it stands, and texts by which the place is found that is shown. */
  readonly lexemes: ReadonlySet<string>;
  readonly needles: readonly string[];
  /** In mode `exact`: what must stand there letter by letter. */
  readonly literal: string | null;
}

interface CompiledTerm extends TermQuery {
  readonly text: string;
  readonly negated: boolean;
}

/** Makes the query of a search; null when there is nothing to look for in it. */
export function compileQuery(text: string, corrections: Corrections = new Map()): CompiledQuery | null {
  const groups = parseQuery(text)
    .map((terms) =>
      terms.flatMap(({ text: term, quoted, negated }): CompiledTerm[] => {
        const query = toTermQuery(term, quoted || negated ? undefined : corrections);
        return query ? [{ ...query, negated, text: term }] : [];
      }),
    )
    .filter((terms) => terms.length > 0);
  if (groups.length === 0) return null;
  const relaxed = groups.map(relaxedOf);
  const positive = groups.flat().filter(({ negated }) => !negated);
  const exact = groups.flat().every(hasNoPlaces);
  return {
    relaxed: relaxed.includes(null) ? null : anyOf(relaxed.filter((query) => query !== null)),
    full: exact ? null : anyOf(groups.map(fullOf)),
    groups: groups.map(toGroup),
    shown: anyOf(positive.map(({ full }) => full)),
    lexemes: new Set(positive.flatMap(({ lexemes }) => lexemes)),
    needles: positive.map((term) => fold(term.text)),
    literal: null,
  };
}

/** Makes the query for a text as it is written; null when there is no word in it. */
export function compileExact(text: string): CompiledQuery | null {
  const literal = text.trim().replaceAll('\0', '\ufffd').toWellFormed();
  const term = toPartsQuery(literal);
  if (!term) return null;
  // A name stands in fewer texts than its parts together do.
  const name = nameOf(literal);
  const words = name === null ? term.relaxed : quote(name);
  return {
    relaxed: words,
    full: null,
    groups: [{ words, must: [], never: [] }],
    shown: words,
    lexemes: new Set(name === null ? term.lexemes : [name]),
    needles: [],
    literal,
  };
}

function hasNoPlaces({ full, relaxed }: TermQuery): boolean {
  return full === relaxed;
}

function fullOf(terms: readonly CompiledTerm[]): string {
  return allOf(terms.map(({ full, negated }) => (negated ? `!(${full})` : full)));
}

/** What a phrase must not match cannot be said without places. */
function relaxedOf(terms: readonly CompiledTerm[]): string | null {
  const kept = terms.filter((term) => !term.negated || hasNoPlaces(term));
  if (kept.length === 0) return null;
  return allOf(kept.map(({ relaxed, negated }) => (negated ? `!(${relaxed})` : relaxed)));
}

function toGroup(terms: readonly CompiledTerm[]): QueryGroup {
  const placed = terms.filter((term) => !hasNoPlaces(term));
  return {
    words: relaxedOf(terms),
    must: placed.filter(({ negated }) => !negated).map(({ full }) => full),
    never: placed.filter(({ negated }) => negated).map(({ full }) => full),
  };
}

function allOf(queries: readonly string[]): string {
  return queries.length === 1 ? (queries[0] ?? '') : `(${queries.join(' & ')})`;
}

function anyOf(queries: readonly string[]): string {
  return queries.length === 1 ? (queries[0] ?? '') : queries.length === 0 ? '' : `(${queries.join(' | ')})`;
}
