import { LIMITS, storedTextBytes } from '@stepledger/contract';
import { ParseError } from './parse-error.ts';
import type { ParsedDocument, Parser, ParserIdentity, ParserOptions } from './parser.ts';

interface Own extends ParserIdentity {
  /** As the caller gave them. */
  options: ParserOptions;
}

/** Makes a parser that never answers more than one `record` can store. */
export function createParser(
  { name, version, options }: Own,
  read: (raw: string) => ParsedDocument[],
): Parser {
  return {
    name: options.name ?? name,
    version: options.version ?? version,
    parse(raw) {
      const documents = read(raw);
      if (documents.length > LIMITS.maxDocuments) {
        throw new ParseError(
          `The answer holds ${documents.length} documents; ${LIMITS.maxDocuments} can be stored at once`,
          raw.length,
        );
      }
      // Counting bytes copies a text, so it is only done where it could matter.
      const large = documents.find(
        ({ text }) => text.length * 3 > LIMITS.maxTextBytes && storedTextBytes(text) > LIMITS.maxTextBytes,
      );
      if (large) throw new ParseError(`A document is larger than ${LIMITS.maxTextBytes} bytes`, raw.length);
      return documents;
    },
  };
}

/** Refuses an answer in which too little was found. `what` is in the plural. */
export function requireMin(found: number, min: number, { what, raw }: { what: string; raw: string }): void {
  if (found >= min) return;
  const but = found === 0 ? 'none' : `only ${found}`;
  throw new ParseError(`The answer holds ${but} of the ${what} that are needed (${min})`, raw.length);
}
