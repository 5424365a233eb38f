/** One thing that is searched for. */
export interface Term {
  readonly text: string;
  readonly quoted: boolean;
  readonly negated: boolean;
}

/** What a search says: one of the groups must match, each with all of its terms. */
export type ParsedQuery = readonly (readonly Term[])[];

const TOKENS = /-?"[^"]*"?|[^\s"]+/g;

/**
 * Reads what people type into a search box: words, "phrases", -not, OR. Nothing is an error: a quotation mark that is
 * not closed goes to the end, and operators without anything to work on are left out.
 */
export function parseQuery(text: string): ParsedQuery {
  const groups: Term[][] = [[]];
  for (const [token] of text.replaceAll(/[“”„«»]/g, '"').matchAll(TOKENS)) {
    if (token === 'OR') groups.push([]);
    else if (token !== 'AND') {
      const term = toTerm(token);
      if (term.text.trim() !== '') groups.at(-1)?.push(term);
    }
  }
  return groups.filter((terms) => terms.length > 0);
}

function toTerm(token: string): Term {
  const negated = token.length > 1 && token.startsWith('-');
  const rest = negated ? token.slice(1) : token;
  const quoted = rest.startsWith('"');
  return { text: quoted ? rest.replaceAll('"', '') : rest, quoted, negated };
}
